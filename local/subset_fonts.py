"""Makes the fonts that documents embed: `python local/subset_fonts.py` (needs fonttools and the font packages).

What it makes is kept with the package, so that neither a build nor a function needs the tools: run it
again only to add letters or to take up a new version of a font. The fonts' licence (SIL Open Font
License 1.1) lets them be cut down, embedded and passed on, with its text beside them.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

TARGET = Path(__file__).parents[1] / "layers/order_processing/order_processing/documents/fonts"

LATIN_GREEK_CYRILLIC = [
    *range(0x0020, 0x0250),
    *range(0x0250, 0x0400),
    *range(0x0400, 0x0530),
    *range(0x1E00, 0x2000),
    *range(0x2000, 0x2070),
    *range(0x20A0, 0x20D0),
    *range(0x2100, 0x2150),
    0x2212,
    0xFFFD,
]
FONTS = (
    ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf", "NotoSans-Regular.ttf", {"wght": 400, "wdth": 100}),
    ("fontpkg_noto_sans", "NotoSans[wdth,wght].ttf", "NotoSans-Bold.ttf", {"wght": 700, "wdth": 100}),
)


def make(package: str, file: str, name: str, axes: dict[str, float]) -> None:
    """One static font with the letters that documents may need, without hinting and layout tables."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"{package} is not installed: pip install {package.replace('_', '-')} fonttools")
    folder = Path(spec.origin).parent
    font = instantiateVariableFont(TTFont(folder / "files" / file, recalcTimestamp=False), axes, updateFontNames=False)
    options = Options(hinting=False, layout_features=[], notdef_outline=True, name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14])
    options.drop_tables += ["STAT", "DSIG", "GDEF", "GPOS", "GSUB"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LATIN_GREEK_CYRILLIC)
    subsetter.subset(font)
    weight = "Bold" if axes["wght"] == 700 else "Regular"
    for record in font["name"].names:
        replacement = {2: weight, 4: f"Noto Sans {weight}", 6: name.removesuffix(".ttf")}.get(record.nameID)
        if replacement:
            record.string = replacement
    TARGET.mkdir(parents=True, exist_ok=True)
    font.save(TARGET / name)
    (TARGET / "OFL.txt").write_bytes((folder / "LICENSE").read_bytes())


if __name__ == "__main__":
    for made in FONTS:
        make(*made)
