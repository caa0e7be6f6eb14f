"""The correction page on the real adapters: what is put right, what is refused, and what happens twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlencode

import boto3
import pytest

from order_processing.access import decision_token
from order_processing.adapters.links import Links
from order_processing.catalogue import catalogue_items
from order_processing.decision_pages import DecisionPages
from order_processing.discrepancy import Correction
from order_processing.http import Answer, Request
from order_processing.order import Address, Customer, Line, Order
from order_processing.order_parts import CUSTOMER, Handling
from order_processing.pages.exchange import LARGEST_FORM
from order_processing.product import Price, Product
from order_processing.settings import current
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.orders import an_order

KEYS = ["", "signing key"]
FORM = {"content-type": "application/x-www-form-urlencoded"}
PENS = Line(line_id="1", sku="PEN-6", title="Ballpoint pens", quantity=7, unit_price=90)
MUGS = Line(line_id="2", sku="MUG-BLUE", title="Mug, blue", quantity=2, unit_price=1600)
OLD = Line(line_id="3", sku="OLD-1", title="Player", quantity=1, unit_price=9900)
NO_LONGER_SOLD = Product(sku="OLD-1", title="Player", active=False, prices=(Price(currency="USD", amount=9900),))
ELSEWHERE = Address(
    name="Ada Bell", line1="1 Main Street", city="Louisville", region="Ontario", postal_code="40202", country="US"
)


class Visitor:
    """A customer with the link from the mail."""

    def __init__(self, shop: Shop, order_id: str, token: str | None = None) -> None:
        self.shop = shop
        self.order_id = order_id
        self.token = decision_token(order_id, NOW + timedelta(days=3), KEYS) if token is None else token
        self.now = NOW
        self.pages = DecisionPages(
            orders=shop.orders,
            executions=shop,
            links=Links(boto3.client("secretsmanager"), "keys", "https://orders.example.com"),
            catalogue=shop.catalogue,
            guest_id=shop.guest_id,
            settings=current(),
            clock=lambda: self.now,
        )

    def look(self, **headers: str) -> Answer:
        return self.pages.show(self.order_id, Request(headers=headers, query={"token": self.token}))

    def post(self, do: str, fields: dict[str, str] | None = None) -> Answer:
        body = urlencode({"do": do, **(fields or {})})
        return self.pages.post(self.order_id, Request(headers=FORM, query={"token": self.token}, body=body))

    def send(self, do: str, fields: dict[str, str] | None = None) -> Answer:
        """Press a button, and go where the browser is sent to if a page is left to see."""
        answer = self.post(do, fields)
        if answer.status == 303 and "&step=" in answer.headers["Location"]:
            query = dict(parse_qsl(answer.headers["Location"].removeprefix("?")))
            assert query["token"] == self.token
            return self.pages.show(self.order_id, Request(headers={}, query=query))
        return answer

    def preview_and_accept(self, fields: dict[str, str]) -> Answer:
        page = self.send("preview", fields)
        assert page.status == 200, text_of(page)
        return self.send("accept", hidden(page))

    @property
    def stored(self) -> Any:
        return self.shop.orders.load(self.order_id)


def hidden(page: Answer) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.body)
    return {unescape(name): unescape(value) for name, value in found}


def fields_of(page: Answer) -> set[str]:
    return {unescape(name) for name in re.findall(r'<(?:input|select)[^>]* name="([^"]*)"', page.body)}


def is_again(page: Answer) -> bool:
    """Whether it is the form, because something is not right yet."""
    return page.status == 200 and 'role="alert"' in page.body


def text_of(page: Answer) -> str:
    body = re.sub(r"<style>.*?</style>", "", page.body, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.fixture
def visit(shop: Shop, aws: None) -> Any:
    boto3.client("secretsmanager").create_secret(Name="keys", SecretString='{"current": "signing key", "previous": ""}')
    shop.catalogue.put(catalogue_items((NO_LONGER_SOLD,), guest_id=shop.guest_id))

    def asked_about(order: Order) -> Visitor:
        order_id = shop.place(order)
        stored = shop.run(order_id)
        assert stored.status is Status.CORRECTION_PENDING, stored.reason
        shop.answered.clear()
        return Visitor(shop, order_id)

    return asked_about


def order_of_lines(lines: Iterable[Line], **changes: Any) -> Order:
    lines = tuple(lines)
    return an_order(lines=lines, total=sum(line.gross for line in lines), **changes)


def three_mistakes(**changes: Any) -> Order:
    return order_of_lines((PENS, MUGS), shipping_address=ELSEWHERE, **changes)


def test_three_mistakes_are_put_right_and_the_order_becomes_ready_to_ship(visit, shop):
    visitor = visit(three_mistakes())
    page = visitor.look()
    address = {f"shipping_address.{f}" for f in ("line1", "line2", "city", "region", "postal_code", "country")}
    wanted = {"lines[0].quantity", "lines[0].out", "lines[1].unit_price"} | address
    assert (page.status, fields_of(page)) == (200, wanted)
    assert "multiples of 6, from 6 to 600" in text_of(page)
    assert "now $14.00 instead of $16.00" in text_of(page)
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00", "shipping_address.region": "Kentucky"}
    preview = visitor.send("preview", fields)
    seen = text_of(preview)
    for shown in ("7 12", "$16.00 $14.00", "Ontario Kentucky", "Total $38.30 $38.80", "goes up by $0.50"):
        assert shown in seen, seen
    assert visitor.stored.answers == ()
    done = visitor.send("accept", hidden(preview))
    assert (done.status, done.headers["Location"]) == (303, f"?token={visitor.token}")
    assert shop.answered == [("token", "go_on")]
    assert "Thank you" in text_of(visitor.look())
    assert "https://orders.example.com/my/orders/" in visitor.look().body
    stored = shop.run(visitor.order_id)
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    assert stored.verified.order.total == 12 * 90 + 2 * 1400
    assert stored.answers[0].actor == CUSTOMER
    assert set(stored.answers[0].corrections) == {
        Correction(path="lines[0].quantity", found="7", value="12"),
        Correction(path="lines[1].unit_price", found="16.00", value="14.00"),
        Correction(path="shipping_address.region", found="Ontario", value="Kentucky"),
    }


def test_what_is_still_wrong_comes_back_at_its_field_and_nothing_is_stored(visit):
    visitor = visit(three_mistakes())
    page = visitor.send("preview", {"lines[0].quantity": "8", "shipping_address.region": "Quebec"})
    assert is_again(page)
    assert 'value="8"' in page.body
    assert 'value="Quebec"' in page.body
    assert page.body.count('aria-invalid="true"') == 3
    assert "<title>Not yet right: " in page.body
    for target in re.findall(r'<a href="#([^"]+)"', page.body):
        assert f'id="{target}"' in page.body
    assert visitor.stored.answers == ()
    number = visitor.send("preview", {"lines[0].quantity": "many"})
    assert "Please enter a whole number." in text_of(number)
    assert is_again(number)


def test_a_price_can_only_become_the_price_of_the_list(visit, shop):
    visitor = visit(order_of_lines((MUGS,)))
    assert is_again(visitor.send("preview", {"lines[0].unit_price": "13.00"}))
    assert is_again(visitor.send("preview", {}))
    assert visitor.preview_and_accept({"lines[0].unit_price": "14.00"}).status == 303
    stored = shop.run(visitor.order_id)
    assert (stored.status, stored.verified.order.total) == (Status.READY_TO_SHIP, 2800)


def test_another_quantity_asks_for_its_own_price_and_may_be_taken_back(visit, shop):
    visitor = visit(order_of_lines((PENS, MUGS.model_copy(update={"unit_price": 1400}))))
    more = visitor.send("preview", {"lines[0].quantity": "60"})
    assert (is_again(more), "lines[0].unit_price" in fields_of(more)) == (True, True)
    also = hidden(more)
    back = visitor.send("preview", also | {"lines[0].quantity": "12", "lines[0].unit_price": "0.75"})
    assert "Total $34.30 $38.80" in text_of(back)
    page = visitor.send("preview", also | {"lines[0].quantity": "60", "lines[0].unit_price": "0.75"})
    assert "Total $34.30 $73.00" in text_of(page)
    assert visitor.send("accept", hidden(page)).status == 303
    assert shop.run(visitor.order_id).status is Status.READY_TO_SHIP


def test_a_line_is_taken_out_and_the_others_keep_their_fields(visit, shop):
    visitor = visit(order_of_lines((PENS, OLD, MUGS)))
    page = visitor.look()
    assert {"lines[1].out", "lines[2].unit_price"} <= fields_of(page)
    assert "lines[1].quantity" not in fields_of(page)
    wrong = visitor.send("preview", {"lines[0].out": "yes", "lines[1].out": "yes"})
    assert (is_again(wrong), wrong.body.count('aria-invalid="true"')) == (True, 1)
    assert 'name="lines[2].unit_price" value="14.00" aria-invalid' in wrong.body
    fields = {"lines[0].out": "yes", "lines[1].out": "yes", "lines[2].unit_price": "14.00"}
    assert "taken out" in text_of(visitor.send("preview", fields))
    assert visitor.preview_and_accept(fields).status == 303
    stored = shop.run(visitor.order_id)
    assert (stored.status, [line.sku for line in stored.verified.order.lines]) == (Status.READY_TO_SHIP, ["MUG-BLUE"])


def test_the_only_line_cannot_be_taken_out_and_all_lines_neither(visit):
    alone = visit(order_of_lines((OLD,)))
    assert "lines[0].out" not in fields_of(alone.look())
    assert "cancel the order below" in text_of(alone.look())
    both = visit(order_of_lines((OLD, PENS), store_order_id="2"))
    page = both.send("preview", {"lines[0].out": "yes", "lines[1].out": "yes"})
    assert (is_again(page), "Nothing would be left" in text_of(page)) == (True, True)


def test_an_order_is_cancelled_after_a_second_look(visit, shop):
    visitor = visit(three_mistakes())
    asked = visitor.send("cancel")
    assert "cannot be undone" in text_of(asked)
    assert visitor.send("back").status == 303
    assert visitor.stored.status is Status.CORRECTION_PENDING
    assert visitor.send("cancel-now").status == 303
    assert visitor.send("cancel-now").status == 303
    assert visitor.stored.status is Status.CANCELLED
    assert shop.answered == [("token", "cancelled")]
    assert "Your order is cancelled" in text_of(visitor.look())
    late = visitor.send("accept", {"lines[0].quantity": "12", "total": "1"})
    assert late.status == 303
    assert visitor.stored.answers == ()


def test_a_double_submission_is_one_answer_and_the_back_button_ends_at_a_clear_page(visit, shop):
    visitor = visit(order_of_lines((MUGS,)))
    page = visitor.send("preview", {"lines[0].unit_price": "14.00"})
    assert [visitor.send("accept", hidden(page)).status for _ in range(2)] == [303, 303]
    assert len(visitor.stored.answers) == 1
    assert shop.answered == [("token", "go_on")] * 2
    assert visitor.send("preview", {"lines[0].unit_price": "14.00"}).status == 303
    assert "Thank you" in text_of(visitor.look())
    back = Request(headers={}, query={"token": visitor.token, "step": "preview"})
    assert "Thank you" in text_of(visitor.pages.show(visitor.order_id, back))
    shop.run(visitor.order_id)
    assert visitor.send("accept", hidden(page)).status == 303
    assert "Thank you" in text_of(visitor.look())
    shop.orders.note_handling(visitor.stored, Handling(printed_at=NOW))
    late = visitor.send("cancel-now")
    assert (late.status, "refuse the parcel when it comes" in text_of(late)) == (409, True)
    assert len(visitor.stored.answers) == 1


def test_a_total_that_was_not_shown_is_shown_before_it_is_accepted(visit):
    visitor = visit(order_of_lines((PENS, MUGS)))
    fields = hidden(visitor.send("preview", {"lines[0].quantity": "12", "lines[1].unit_price": "14.00"}))
    page = visitor.send(
        "accept", fields | {"lines[0].quantity": "600", "lines[0].out": ""} | {"total": fields["total"]}
    )
    assert page.status == 200
    assert visitor.stored.answers == ()
    again = visitor.send("accept", fields | {"total": "1"})
    assert "another than the one you saw" in text_of(again)
    assert visitor.send("accept", hidden(again)).status == 303


@pytest.mark.parametrize(
    "forged",
    [
        {"total.x": "1"},
        {"lines[0].unit_price": "0.01"},
        {"lines[0].discount": "1.00"},
        {"lines[9].quantity": "1"},
        {"lines[1].quantity": "1"},
        {"customer.email": "eve@example.com"},
        {"shipping_address.__class__": "x"},
        {"also": "customer.email shipping.price", "customer.name": "Eve"},
    ],
)
def test_a_field_that_nobody_offered_is_refused(visit, forged):
    visitor = visit(order_of_lines((PENS, MUGS)))
    page = visitor.send("preview", {"lines[0].quantity": "12", "lines[1].unit_price": "14.00"} | forged)
    assert (page.status, "Nothing was changed" in text_of(page)) == (400, True)
    accepted = visitor.send("accept", {"lines[0].quantity": "12", "total": "1"} | forged)
    assert accepted.status == 400
    assert visitor.stored.answers == ()


def test_a_field_that_is_called_offered_changes_nothing(visit):
    visitor = visit(order_of_lines((PENS, MUGS)))
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00"}
    forged = {"also": "customer.email", "customer.email": "eve@example.com"}
    assert visitor.preview_and_accept(fields | forged).status == 303
    assert {c.path for c in visitor.stored.answers[0].corrections} == fields.keys()


def test_links_that_are_wrong_or_over_open_nothing(visit, shop):
    visitor = visit(three_mistakes())
    visitor.now = NOW + timedelta(days=4)
    for page in (visitor.look(), visitor.send("preview"), visitor.send("cancel-now")):
        assert (page.status, "This link has expired" in text_of(page)) == (410, True)
        assert "help@store.example.com" in page.body
        assert "Main Street" not in page.body
    other = shop.place(three_mistakes(store_order_id="other"))
    wrong = [
        Visitor(shop, visitor.order_id, ""),
        Visitor(shop, other, visitor.token),
        Visitor(shop, "BRSJV48JX"),
        Visitor(shop, "../../x"),
    ]
    for stranger in wrong:
        page = stranger.look(**{"accept-language": "de-AT,de;q=0.9"})
        assert (page.status, "Dieser Link öffnet keine Bestellung" in text_of(page)) == (404, True)
        assert stranger.send("cancel-now").status == 404
    assert visitor.stored.status is Status.CORRECTION_PENDING


def test_what_staff_decides_afterwards_is_said_beforehand(visit, shop):
    cheap = Line(line_id="3", sku="TEST-123", title="Test Product", quantity=1, unit_price=100)
    visitor = visit(order_of_lines((PENS, cheap)))
    page = visitor.send("preview", {"lines[0].quantity": "12"})
    assert "somebody at Northgate Supply looks at the order" in text_of(page)
    assert visitor.send("accept", hidden(page)).status == 303
    stored = shop.run(visitor.order_id)
    assert (stored.status, stored.asks_customer) == (Status.CORRECTION_PENDING, False)
    assert "We are looking at your order" in text_of(visitor.look())
    assert visitor.send("preview", {"lines[0].quantity": "18"}).status == 303
    assert len(visitor.stored.answers) == 1


def test_a_correction_that_would_end_the_order_is_shown_at_its_field(visit):
    visitor = visit(three_mistakes())
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00"}
    page = visitor.send("preview", fields | {"shipping_address.country": "KP"})
    assert is_again(page)
    assert "We may not deliver to this country" in text_of(page)
    assert visitor.stored.answers == ()


def test_changing_something_comes_back_to_the_form_as_it_was_filled_in(visit):
    visitor = visit(three_mistakes())
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00", "shipping_address.region": "KY"}
    visitor.send("preview", fields)
    page = visitor.send("edit")
    assert (page.status, 'value="12"' in page.body, 'value="KY"' in page.body) == (200, True, True)
    assert "aria-invalid=" not in page.body


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        (FORM, "do=preview&x=" + "x" * LARGEST_FORM, 413),
        (FORM, "&".join(f"f{i}=1" for i in range(500)), 400),
        (FORM, "do=preview&do=accept", 400),
        ({"content-type": "application/json"}, "{}", 415),
        (FORM, "do=preview&lines[0].quantity=\u0661", 400),
    ],
)
def test_what_is_no_form_is_refused(visit, headers, body, status):
    visitor = visit(three_mistakes())
    request = Request(headers=headers, query={"token": visitor.token}, body=body)
    page = visitor.pages.post(visitor.order_id, request)
    assert (page.status, "We could not use what was sent" in text_of(page)) == (status, True)


def test_every_page_is_kept_by_nobody_and_runs_nothing(visit):
    visitor = visit(three_mistakes(customer=Customer(name="Ada Bell", email="ada@example.com", locale="de-DE")))
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00", "shipping_address.region": "KY"}
    answers = [visitor.look(), visitor.send("preview", fields), visitor.send("cancel"), visitor.send("back")]
    answers.append(Visitor(visitor.shop, visitor.order_id, "").look())
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if answer.status != 303:
            policy = answer.headers["Content-Security-Policy"]
            for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "style-src 'sha256-"):
                assert part in policy
            assert "unsafe" not in policy
            assert " style=" not in answer.body
            assert "<script" not in answer.body
    assert '<html lang="de">' in answers[0].body
    assert answers[0].headers["Content-Language"] == "de"
