"""The confirmation tells the order's own numbers, dates and words, or it is not written."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.mail_samples import ORDER_ID, order_in_dollars, order_in_yen, promise, verified
from order_processing.mail import sums as order_sums
from order_processing.mail.message import Message
from order_processing.mail.messages import confirmation
from order_processing.mail.sums import DoesNotAddUp
from order_processing.mail.writer import NotPromised
from order_processing.order import Address, Fee, Line, Order, Shipping, Tax
from order_processing.promise import Promise
from order_processing.settings import current

URL = "https://store.example.com/orders/7K3M9QXB4?t=a&b=c"


def confirmed(order: Order, locale: str | None = None) -> Message:
    return confirmation(ORDER_ID, verified(order), promise(order), current(), URL, locale)


def card(message: Message) -> dict:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', message.html, re.DOTALL)
    assert len(found) == 1
    return json.loads(found[0])


def rows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def test_says_what_is_ordered_for_how_much_and_when_in_plain_text():
    message = confirmed(order_in_dollars())
    assert message.subject == "Your order 7K3M-9QXB-4 is confirmed"
    assert message.language == "en"
    lines = rows(message.text)
    for line in (
        "Hello Mara Okafor,",
        "Order number: 7K3M-9QXB-4",
        "Number in the store: #1001",
        "Complete by: Friday, December 4, 2026",
        URL,
        "* Reading lamp, oak",
        "Cable: Linen, 2 m",
        "1 × $79.00 = $79.00",
        "Delivery by Tuesday, December 1, 2026",
        "4 × $8.99 = $35.96",
        "3 × by Tuesday, December 1, 2026",
        "1 × by Friday, December 4, 2026",
        "Digital, nothing is shipped",
        "Items: $119.96",
        "Discount AUTUMN: -$11.50",
        "Shipping: Standard delivery: $9.95",
        "Tip: $2.00",
        "KY State Tax 6%: $6.80",
        "Total: $127.21",
        "Louisville, KY 40205",
        "United States",
        "help@store.example.com",
        "+1 502 555 0100",
    ):
        assert line in lines


def test_html_says_the_same_as_the_text():
    message = confirmed(order_in_dollars())
    shown = html.unescape(re.sub(r"<[^>]+>", " ", message.html))
    for figure in ("7K3M-9QXB-4", "$119.96", "-$11.50", "$9.95", "$6.80", "$127.21", "Friday, December 4, 2026"):
        assert figure in shown
    assert f'href="{html.escape(URL)}"' in message.html
    assert current().store.legal_footer in shown


def test_tax_that_prices_include_stands_below_the_total_by_rate():
    lines = rows(confirmed(order_in_yen()).text)
    assert lines[lines.index("合計: ￥27,440") + 1 :][:2] == ["(うち消費税 10%：￥2,145)", "(うち消費税 8%：￥284)"]
    assert "送料：通常配送: 無料" in lines


def test_tax_is_shown_by_the_lines_rates_where_the_order_lists_none():
    order = order_in_yen().model_copy(update={"taxes": ()})
    shown = [(row.rate, row.amount) for row in order_sums.of_order(order).taxes]
    assert shown == [("0.1", 2145), ("0.08", 284)]


def test_tax_whose_parts_do_not_make_it_is_shown_as_one():
    order = order_in_yen().model_copy(update={"taxes": (Tax(title="消費税", rate="0.1", amount=7),)})
    order = order.model_copy(update={"lines": tuple(line.model_copy(update={"tax": 0}) for line in order.lines)})
    assert [row.amount for row in order_sums.of_order(order).taxes] == [2429]


def test_discounts_whose_names_do_not_make_what_was_taken_off_are_one_row():
    order = order_in_dollars().model_copy(update={"discounts": ()})
    assert "Discount: -$11.50" in rows(confirmed(order).text)


@pytest.mark.parametrize(
    ("currency", "total"), [("KWD", "KWD127.211"), ("JPY", "¥127,211"), ("USD", "$1,272.11"), ("CLF", "CLF12.7211")]
)
def test_amounts_have_the_currencys_own_decimals(currency: str, total: str):
    order = order_in_dollars()
    order = order.model_copy(update={"currency": currency, "total": 127211, "fees": (Fee(title="Tip", amount=114690),)})
    message = confirmed(order)
    assert f"Total: {total}" in message.text.replace("\xa0", "")
    assert Decimal(card(message)["price"]) == Decimal(re.sub(r"[^\d.]", "", total.replace(",", "")))


@pytest.mark.parametrize("change", [{"total": 12722}, {"fees": ()}, {"shipping": Shipping(price=0)}, {"tax_total": 0}])
def test_an_order_that_does_not_add_up_is_not_confirmed(change: dict):
    with pytest.raises(DoesNotAddUp, match="total: "):
        confirmed(order_in_dollars().model_copy(update=change))


def test_a_line_that_is_not_promised_in_full_is_not_confirmed():
    order = order_in_dollars()
    whole = promise(order)
    with pytest.raises(NotPromised, match="line 2: 3 of 4"):
        confirmation(ORDER_ID, verified(order), Promise(allocations=whole.allocations[:-1]), current(), URL)


def test_a_bundle_comes_when_its_last_component_does():
    order = order_in_dollars()
    products = verified(order)
    bundle = products.items[0].model_copy(update={"components": (("SHADE", 1), ("FOOT", 2))})
    products = products.model_copy(update={"items": (bundle, *products.items[1:])})
    others = promise(order).allocations
    shade = others[0].model_copy(update={"sku": "SHADE"})
    feet = others[0].model_copy(update={"sku": "FOOT", "quantity": 2, "delivery_date": date(2026, 12, 8)})
    whole = Promise(allocations=(shade, feet, *others[1:]))
    text = confirmation(ORDER_ID, products, whole, current(), URL).text
    assert "1 × $79.00 = $79.00\n  Delivery by Tuesday, December 8, 2026\n" in text
    with pytest.raises(NotPromised, match="line 1: 1 of 3"):
        confirmation(ORDER_ID, products, Promise(allocations=(shade, *others[1:])), current(), URL)


def test_a_digital_order_names_no_date_and_no_address():
    order = order_in_dollars()
    digital = order.model_copy(
        update={"lines": order.lines[2:], "shipping": Shipping(), "discounts": (), "total": 500 + 200 + 680}
    )
    text = confirmed(digital).text
    assert "Digital, nothing is shipped" in text
    assert "Complete by" not in text
    assert "Delivery address" not in text
    assert "Shipping" not in text


def test_json_ld_holds_the_order_and_its_offers_make_the_goods():
    order = order_in_dollars()
    data = card(confirmed(order))
    assert data["@type"] == "Order"
    assert data["orderNumber"] == "7K3M-9QXB-4"
    assert data["url"] == URL
    assert (data["price"], data["priceCurrency"], data["discount"]) == ("127.21", "USD", "11.50")
    goods = sum(Decimal(offer["price"]) * offer["eligibleQuantity"]["value"] for offer in data["acceptedOffer"])
    assert goods == Decimal("119.96")
    first, last = data["orderDelivery"]
    assert first["expectedArrivalUntil"] == date(2026, 12, 1).isoformat()
    assert [product["sku"] for product in first["itemShipped"]] == ["LAMP-OAK", "BULB-E26"]
    assert last["expectedArrivalUntil"] == date(2026, 12, 4).isoformat()
    assert [product["sku"] for product in last["itemShipped"]] == ["BULB-E26"]
    assert first["deliveryAddress"]["postalCode"] == last["deliveryAddress"]["postalCode"] == "40205"


amounts = st.integers(0, 10**9)


@given(
    lines=st.lists(st.tuples(amounts, st.integers(1, 1000), amounts), min_size=1, max_size=6),
    shipping=amounts,
    fee=st.integers(-(10**6), 10**6),
    included=st.booleans(),
)
def test_for_any_order_that_adds_up_the_rows_make_the_total(lines, shipping, fee, included):
    made = tuple(
        Line(line_id=str(i), title="x", quantity=quantity, unit_price=price, discount=price // 3, tax=tax)
        for i, (price, quantity, tax) in enumerate(lines)
    )
    tax = sum(line.tax for line in made)
    total = sum(line.net for line in made) + shipping + fee + (0 if included else tax)
    if total < 0:
        return
    order = order_in_dollars().model_copy(
        update={
            "lines": made, "shipping": Shipping(price=shipping), "fees": (Fee(amount=fee),), "taxes": (),
            "tax_total": tax, "prices_include_tax": included, "discounts": (), "total": total,
        }
    )  # fmt: skip
    sums = order_sums.of_order(order)
    added = 0 if included else sum(row.amount for row in sums.taxes)
    fees = sum(row.amount for row in sums.fees)
    assert sums.goods - sums.discount + sums.shipping + fees + added == order.total
    assert sum(row.amount for row in sums.taxes) == order.tax_total
    with pytest.raises(DoesNotAddUp):
        order_sums.of_order(order.model_copy(update={"total": total + 1}))


@pytest.mark.parametrize(
    ("country", "line"), [("US", "Louisville, KY 40205"), ("DE", "40205 Louisville"), ("GB", "Louisville 40205")]
)
def test_the_citys_line_follows_its_country(country: str, line: str):
    address = Address(name="M", line1="1 Way", city="Louisville", region="KY", postal_code="40205", country=country)
    assert line in rows(confirmed(order_in_dollars().model_copy(update={"shipping_address": address})).text)
