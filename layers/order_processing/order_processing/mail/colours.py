"""The store's colour, made readable: contrast as in the Web Content Accessibility Guidelines 2.2."""

from typing import NamedTuple

from order_processing.order import Record

LIGHT_CARD = "#ffffff"
DARK_CARD = "#1d1f21"
_ENOUGH = 4.5


class Colours(Record):
    """`accent` is text on the light card, `accent_dark` on the dark one; `button` is the colour as the store gave it.

    `on_*` is text on a button of that colour; on the dark card a button has the colour of its text.
    """

    accent: str
    button: str
    on_button: str
    accent_dark: str
    on_accent_dark: str


class _Rgb(NamedTuple):
    red: float
    green: float
    blue: float


def of_store(colour: str) -> Colours:
    """The store's colour (#rrggbb) for light and dark, moved towards black or white until it can be read."""
    accent = _readable(colour, on=LIGHT_CARD, towards="#000000")
    accent_dark = _readable(colour, on=DARK_CARD, towards="#ffffff")
    return Colours(
        accent=accent,
        button=colour,
        on_button=_text_on(colour),
        accent_dark=accent_dark,
        on_accent_dark=_text_on(accent_dark),
    )


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, *, on: str, towards: str) -> str:
    for step in range(21):
        candidate = _mixed(colour, towards, step / 20)
        if contrast(candidate, on) >= _ENOUGH:
            return candidate
    return towards


def _text_on(colour: str) -> str:
    return max("#ffffff", "#000000", key=lambda text: contrast(text, colour))


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_rgb(colour), _rgb(other), strict=True)
    return "#" + "".join(f"{round(255 * (a + (b - a) * share)):02x}" for a, b in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> _Rgb:
    return _Rgb(*(int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)))
