"""Makes the fonts that documents embed: `python local/subset_fonts.py FOLDER` (needs fonttools).

FOLDER holds the TrueType fonts, as Debian's packages fonts-noto-core, fonts-droid-fallback and fonts-nanum
install them under share/fonts/truetype; Noto Sans itself is the newer one of the package fontpkg-noto-sans.
What is made is kept with the package, so that neither a build nor a function needs the tools: run it again
only to add letters or to take up a new version of a font. Noto and Nanum are under the SIL Open Font License
1.1, Droid under the Apache License 2.0: they may be cut down, embedded and passed on with their licences.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).parents[1] / "layers/order_processing/order_processing/documents/fonts"

LATIN_GREEK_CYRILLIC = [
    *range(0x0020, 0x0530),
    *range(0x1E00, 0x2070),
    *range(0x20A0, 0x20D0),
    *range(0x2100, 0x2150),
    0x2212,
    0xFFFD,
]
HEBREW = [0x20, *range(0x0590, 0x0600), 0x20AA, *range(0xFB1D, 0xFB50)]
ARABIC = [0x20, *range(0x0600, 0x0700), *range(0x0750, 0x0780), *range(0xFB50, 0xFE00), *range(0xFE70, 0xFF00)]
CHINESE_JAPANESE = [
    *range(0x3000, 0x3100),
    *range(0x31F0, 0x3400),
    *range(0x3400, 0x4DC0),
    *range(0x4E00, 0xA000),
    *range(0xF900, 0xFB00),
    *range(0xFF00, 0xFFF0),
]
KOREAN = [*range(0x1100, 0x1200), *range(0x3130, 0x3190), *range(0xAC00, 0xD7B0)]

FONTS = (
    ("noto/NotoSansHebrew-Regular.ttf", HEBREW, "NotoSansHebrew-Regular"),
    ("noto/NotoSansHebrew-Bold.ttf", HEBREW, "NotoSansHebrew-Bold"),
    ("noto/NotoSansArabic-Regular.ttf", ARABIC, "NotoSansArabic-Regular"),
    ("noto/NotoSansArabic-Bold.ttf", ARABIC, "NotoSansArabic-Bold"),
    ("droid/DroidSansFallbackFull.ttf", CHINESE_JAPANESE, "DroidSansFallbackFull"),
    ("nanum/NanumGothic.ttf", KOREAN, "HangulSans-Regular"),  # its licence reserves its name for the unchanged font
)


def static(weight: int) -> TTFont:
    """Noto Sans in one weight, from the variable font."""
    spec = find_spec("fontpkg_noto_sans")
    if spec is None or spec.origin is None:
        raise SystemExit("fontpkg_noto_sans is not installed: pip install fontpkg-noto-sans")
    file = Path(spec.origin).parent / "files" / "NotoSans[wdth,wght].ttf"
    font = instantiateVariableFont(TTFont(file, recalcTimestamp=False), {"wght": weight, "wdth": 100})
    name = {400: "Regular", 700: "Bold"}[weight]
    for record in font["name"].names:
        record.string = {2: name, 4: f"Noto Sans {name}", 6: f"NotoSans-{name}"}.get(record.nameID, record.string)
    return font


def save(font: TTFont, letters: list[int], name: str) -> None:
    """The font with these letters alone, without hinting and layout tables, which nothing here uses."""
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    options.drop_tables += ["STAT", "DSIG", "GDEF", "GPOS", "GSUB", "vhea", "vmtx", "VORG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=letters)
    subsetter.subset(font)
    font.save(TARGET / name)


def main(folder: Path) -> None:
    """Make all of them."""
    for weight, name in ((400, "Regular"), (700, "Bold")):
        save(static(weight), LATIN_GREEK_CYRILLIC, f"NotoSans-{name}.ttf")
    for file, letters, name in FONTS:
        font = TTFont(folder / file, recalcTimestamp=False)
        if name not in file:
            family = name.removesuffix("-Regular")
            font["name"].names = [n for n in font["name"].names if n.nameID in (0, 13, 14)]
            for number, text in {1: family, 2: "Regular", 3: name, 4: family, 6: name}.items():
                font["name"].setName(text, number, 3, 1, 0x409)
        save(font, letters, f"{name}.ttf")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
