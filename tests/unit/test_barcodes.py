"""Barcodes: what is encoded is read back by a decoder that is not ours."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from order_processing.barcodes import QUIET_ZONE, BarcodeError, gs1_128, human_readable


def picture(widths: tuple[int, ...], dots: int = 2, high: int = 60) -> Image.Image:
    """Bars as a printer would set them, with their quiet zones."""
    row: list[int] = [255] * QUIET_ZONE * dots
    for place, modules in enumerate(widths):
        row += [0 if place % 2 == 0 else 255] * modules * dots
    row += [255] * QUIET_ZONE * dots
    image = Image.new("L", (len(row), high))
    image.putdata(row * high)
    return image


def read(elements: list[tuple[str, str]]) -> str:
    (found,) = zxingcpp.read_barcodes(picture(gs1_128(elements)))
    assert found.format == zxingcpp.BarcodeFormat.Code128
    assert found.content_type == zxingcpp.ContentType.GS1
    return found.text


def test_an_sscc_takes_156_modules() -> None:
    assert sum(gs1_128([("00", "106141411234567897")])) == 156


@given(st.text("0123456789", min_size=18, max_size=18))
@settings(max_examples=50)
def test_an_sscc_is_read_back(code: str) -> None:
    assert read([("00", code)]) == f"(00){code}"


@given(
    st.text("0123456789", min_size=3, max_size=12),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abc-/.", min_size=1, max_size=20),
)
@settings(max_examples=100)
def test_digits_and_letters_of_any_mixture_are_read_back(digits: str, letters: str) -> None:
    elements = [("420", digits[:9]), ("400", letters)]
    assert read(elements) == human_readable(elements)


@pytest.mark.parametrize("value", ["", "straße", "a\nb", "x" * 60])
def test_refuses_what_the_symbology_cannot_hold(value: str) -> None:
    with pytest.raises(BarcodeError):
        gs1_128([("400", value)])
