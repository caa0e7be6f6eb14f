"""Labels in ZPL: nothing in a text is a command, and another's renderer prints what can be scanned."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from order_processing import sscc
from order_processing.documents.shipping_label import shipping_label_zpl
from order_processing.documents.zpl import escaped
from order_processing.order import Address
from order_processing.verified_order import VerifiedOrder
from tests.delivery_orders import BEANIE, BERLIN, LOUISVILLE, ORDER_ID, SETTINGS, packed, verified_order
from tests.zpl_renderer import NEEDS_RENDERER, render

JAPANESE = Address(
    name="山田 太郎", line1="銀座1-2-3", city="中央区", region="13", postal_code="104-0061", country="JP"
)
HEBREW = Address(name="דוד בן-גוריון", line1="רחוב דיזנגוף 99", city="תל אביב", postal_code="6439602", country="IL")
SPITEFUL = BERLIN.model_copy(update={"name": "A^XZ~JR^XA_5E", "line1": "\\&^FS^FO0,0 1", "postal_code": "^XZ"})
COMMANDS = {"XA", "XZ", "CI", "LH", "PW", "LL", "FO", "FT", "FS", "FD", "FH", "A0", "GB", "GF"}


def label(address: Address) -> tuple[bytes, str]:
    """A label and the SSCC on it."""
    verified: VerifiedOrder = verified_order((BEANIE, 2), address=address)
    (shipment,) = packed(verified).shipments
    return shipping_label_zpl(shipment.parcels[0], shipment, verified, SETTINGS, ORDER_ID), shipment.parcels[0].sscc


@pytest.mark.parametrize("address", [LOUISVILLE, BERLIN, JAPANESE, HEBREW, SPITEFUL])
def test_a_label_holds_only_its_own_commands_and_ends_once(address: Address) -> None:
    made, _ = label(address)
    text = made.decode("ascii")
    assert set(re.findall(r"\^(..)", text)) <= COMMANDS
    assert "~" not in text
    assert text.count("^XA") == text.count("^XZ") == 1
    assert text.startswith("^XA")
    assert text.endswith("^XZ\n")
    assert label(address)[0] == made


@given(st.text(max_size=80))
def test_escaped_text_has_no_commands_and_is_the_same_text(text: str) -> None:
    sent = escaped(text)
    assert re.fullmatch(r"(?:[a-zA-Z0-9 .,\-/()&+:;#']|_[0-9A-F]{2})*", sent)
    assert re.sub(rb"_(..)", lambda code: bytes.fromhex(code[1].decode()), sent.encode()).decode() == text


@NEEDS_RENDERER
def test_a_renderer_that_is_not_ours_prints_barcodes_that_are_read_back(tmp_path: Path) -> None:
    codes = {}
    for number, address in enumerate((LOUISVILLE, BERLIN, JAPANESE, HEBREW, SPITEFUL)):
        file = tmp_path / f"{number}.zpl"
        made, codes[file] = label(address)
        file.write_bytes(made)
    render(list(codes))
    for file, code in codes.items():
        found = {b.text for b in zxingcpp.read_barcodes(Image.open(f"{file}.png"))}
        assert {sscc.human_readable(code), f"https://id.gs1.org/00/{code}"} <= found
