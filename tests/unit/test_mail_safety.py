"""Whatever a stranger types into an order, the mail stays ours: its header, its HTML, its data and its links."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from local.mail_samples import ORDER_ID, UNTIL, delayed, delivery, order_in_dollars, promise, verified
from order_processing.delivery import Delivery, PackedLine
from order_processing.discrepancy import Discrepancy
from order_processing.mail.message import Message
from order_processing.mail.messages import confirmation, ended, question
from order_processing.mail.offers import Choice, offer
from order_processing.mail.plain import greeting_name, one_line, subject
from order_processing.mail.progress import delay, ready, refused
from order_processing.order import Address, Customer, Option, Order
from order_processing.settings import current

URL = "https://store.example.com/orders/1"
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}{% raw %}"


class Tags(HTMLParser):
    """The elements of a mail with their attributes' names, without texts."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.cards: list[str] = []
        self._in_script = False
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        self._in_script = tag == "script"

    def handle_data(self, data):
        if self._in_script:
            self.cards.append(data)
            self._in_script = False


def with_text(text: str) -> Order:
    """An order that holds the text in each field that a customer or a store fills in."""
    order = order_in_dollars()
    line = order.lines[0].model_copy(update={"title": text, "options": (Option(name=text, value=text),)})
    return order.model_copy(
        update={
            "store_order_number": text,
            "customer": Customer(name=text, email="m@example.com"),
            "shipping_address": Address(name=text, line1=text, city=text, region=text, postal_code=text, country=text),
            "lines": (line, *order.lines[1:]),
            "shipping": order.shipping.model_copy(update={"title": text}),
            "discounts": tuple(d.model_copy(update={"code": text}) for d in order.discounts),
            "fees": tuple(f.model_copy(update={"title": text}) for f in order.fees),
            "taxes": tuple(t.model_copy(update={"title": text}) for t in order.taxes),
        }
    )


def letters(text: str) -> list[Message]:
    order = with_text(text)
    asked = Discrepancy(code="X", path="lines[0].quantity", found=text, expected=text, resolution="needs_customer")
    promised = promise(order)
    substitute = Choice(kind="substitute", item=text, substitute=text, remark=text, total=order.total)
    contents = (PackedLine(line_id="1", sku="X", description=text, quantity=1),)
    shipment = delivery().shipments[0]
    parcel = shipment.parcels[0].model_copy(update={"contents": contents})
    packed = Delivery(shipments=(shipment.model_copy(update={"parcels": (parcel,), "service": text}),))
    return [
        confirmation(ORDER_ID, verified(order), promise(order), current(), URL),
        ended(ORDER_ID, order, "X", text, current(), URL),
        question(ORDER_ID, order, (asked,), current(), URL),
        offer(ORDER_ID, order, (substitute,), current(), URL, expires_at=UNTIL),
        delay(ORDER_ID, verified(order), promised, delayed(promised), current(), URL, cause=text),
        ready(ORDER_ID, verified(order), promised, packed, current(), URL),
        refused(ORDER_ID, order, text, current(), URL),
    ]


def test_html_in_any_field_is_shown_and_not_run():
    harmless = letters("harmless")
    for attacked, plain in zip(letters(ATTACK), harmless, strict=True):
        assert Tags(attacked.html).seen == Tags(plain.html).seen
        assert "&lt;img src=x" in attacked.html
        assert "49" not in attacked.subject
        assert ATTACK in attacked.text


def test_json_ld_cannot_be_left():
    message = letters(ATTACK)[0]
    card = Tags(message.html).cards
    assert len(card) == 1
    assert "<" not in card[0]
    assert json.loads(card[0])["acceptedOffer"][0]["itemOffered"]["name"] == ATTACK


@settings(max_examples=40)
@given(st.text(st.characters(codec="utf-8"), max_size=60))
def test_any_text_leaves_the_letters_elements_as_they_are(text: str):
    for message in letters(f"x{text}"):
        tags = [tag for tag, _ in Tags(message.html).seen]
        assert tags.count("script") == (1 if message.subject.endswith("confirmed") else 0)
        assert tags.count("img") == 0
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029\u202e]", message.text)
        for card in Tags(message.html).cards:
            json.loads(card)


@given(st.text(max_size=400))
def test_a_subject_is_one_short_line(text: str):
    line = subject(f"Order {text}")
    assert len(line) <= 150
    assert line.splitlines() == [line]
    assert line.isprintable() or any(c.isspace() or ord(c) > 127 for c in line)
    Message(subject=line, html="", text="")


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@example.com", "a\nb", "a\x00", "a\u2028b", ""])
def test_a_message_refuses_a_subject_that_would_break_its_header(bad: str):
    with pytest.raises(ValidationError):
        Message(subject=bad, html="", text="")


def test_a_stores_name_cannot_add_a_header():
    base = current()
    store = base.store.model_copy(update={"name": "Shop\r\nBcc: x@example.com"})
    order = order_in_dollars()
    message = ended(ORDER_ID, order, "X", "", base.model_copy(update={"store": store}), URL)
    assert "\n" not in message.subject


@pytest.mark.parametrize(
    "name",
    ["Win at https://evil.example", "www.evil.example", "go evil.example/now", "a@evil.example", "x" * 61],
)
def test_a_name_that_advertises_is_not_greeted(name: str):
    assert greeting_name(name) == ""
    order = order_in_dollars().model_copy(update={"customer": Customer(name=name)})
    assert "\nHello,\n" in ended(ORDER_ID, order, "X", "", current(), URL).text


@pytest.mark.parametrize("name", ["Mara Okafor", "Dr. Ana-María O’Neill", "佐藤 美咲", "J. R. Smith Jr.", "Öz, Łukasz"])
def test_a_persons_name_is_greeted(name: str):
    assert greeting_name(name) == name


@given(st.text(max_size=200))
def test_one_line_is_one_line(text: str):
    line = one_line(text)
    assert line.splitlines() in ([], [line])
    assert one_line(line) == line


def test_only_pictures_of_the_web_are_shown():
    order = order_in_dollars()
    products = verified(order)
    for picture, shown in (("javascript:alert(1)", False), ("https://cdn.example.com/a.png", True)):
        items = tuple(item.model_copy(update={"picture": picture}) for item in products.items)
        changed = products.model_copy(update={"items": items})
        html = confirmation(ORDER_ID, changed, promise(order), current(), URL).html
        assert (picture in html) == shown
