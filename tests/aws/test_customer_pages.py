"""The customer's pages on the real adapters: an order at every status, the list of an account, who may see what."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3
import pytest

from order_processing.access import account_token, order_token
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.links import Links
from order_processing.adapters.order_lists import OrderLists
from order_processing.cancellation import cancel_for_store
from order_processing.catalogue import catalogue_items
from order_processing.customer_pages import CustomerPages
from order_processing.delivery import Delivery
from order_processing.http import Answer, Request
from order_processing.mail.texts import LANGUAGES
from order_processing.order import Customer, Line
from order_processing.order_parts import Handling
from order_processing.settings import current
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_cancellation import mails
from tests.aws.test_decision_pages import FORM, KEYS, text_of, three_mistakes
from tests.aws.test_digital import COURSE
from tests.aws.test_stages import simple_order
from tests.orders import an_order

EMAIL = "ada@example.com"


class Visitor:
    """A customer with the link from the mail of one order."""

    def __init__(self, shop: Shop, order_id: str, token: str | None = None) -> None:
        self.shop = shop
        self.order_id = order_id
        self.token = order_token(order_id, KEYS) if token is None else token
        self.now = NOW
        dynamodb = boto3.client("dynamodb")
        self.pages = CustomerPages(
            orders=shop.orders,
            heads=OrderLists(dynamodb, "orders"),
            accounts=DynamoAccounts(dynamodb, "accounts"),
            executions=shop,
            links=Links(boto3.client("secretsmanager"), "keys", "https://orders.example.com"),
            catalogue=shop.catalogue,
            post=shop.post,
            guest_id=shop.guest_id,
            settings=current(),
            clock=lambda: self.now,
        )

    def look(self, **query: str) -> Answer:
        return self.pages.show(self.order_id, Request(headers={}, query={"token": self.token, **query}))

    def press(self, do: str) -> Answer:
        """Press a button, and go where the browser is sent."""
        request = Request(headers=FORM, query={"token": self.token}, body=urlencode({"do": do}))
        answer = self.pages.post(self.order_id, request)
        if answer.status != 303:
            return answer
        return self.pages.show(
            self.order_id, Request(headers={}, query=dict(parse_qsl(answer.headers["Location"].removeprefix("?"))))
        )

    def list_of(self, url: str, **headers: str) -> Answer:
        return self.pages.orders(Request(headers=headers, query=dict(parse_qsl(urlsplit(url).query))))


@pytest.fixture
def visit(shop: Shop, aws: None) -> Any:
    boto3.client("secretsmanager").create_secret(Name="keys", SecretString='{"current": "signing key", "previous": ""}')
    return lambda order_id, **kwargs: Visitor(shop, order_id, **kwargs)


@pytest.mark.parametrize(
    ("done", "heading", "live"),
    [
        (0, "We are checking your order", True),
        (1, "We are checking your order", True),
        (2, "We are about to confirm your order", True),
        (3, "Your order is confirmed", True),
        (4, "Your order is confirmed", True),
        (5, "Your order is ready to ship", False),
    ],
)
def test_an_order_is_told_at_every_status(visit, shop, done, heading, live):
    visitor = visit(shop.place(simple_order()))
    for stage in shop.stages[:done]:
        stage(visitor.order_id)
    page = visitor.look()
    seen = text_of(page)
    assert page.status == 200
    for told in (heading, "We received your order", "Test Product", "Total $152.60", "1 Main Street", "Ada Bell"):
        assert told in seen, told
    assert ("Everything was set aside for you" in seen) == (done >= 2)
    # No date is told before it is confirmed.
    assert ("Leaves us on" in seen, "Complete by" in seen) == (done >= 3, done >= 3)
    assert bool(re.search(r"Parcel number \d{18}", seen)) == (done == 5)
    assert ("Refresh" in page.headers, "renews itself" in seen) == (live, live)
    assert "Cancel the order" in seen
    visitor.now = NOW + timedelta(minutes=11)
    assert "Refresh" not in visitor.look().headers


def test_parcels_that_a_carrier_follows_are_links_and_nothing_else_is(visit, shop):
    visitor = visit(shop.place(simple_order()))
    stored = shop.run(visitor.order_id)
    for url, linked in (("https://track.example.com/1Z9", True), ("javascript:alert(1)", False)):
        (shipment,) = stored.delivery.shipments
        (parcel,) = shipment.parcels
        parcels = (parcel.model_copy(update={"tracking_url": url, "tracking_number": "1Z9"}),)
        delivery = Delivery(shipments=(shipment.model_copy(update={"parcels": parcels}),))
        stored = shop.orders.ready(stored, delivery, at=NOW)
        page = visitor.look()
        assert (f'href="{url}"' in page.body, "Track parcel 1" in page.body) == (linked, linked)
        assert ("Parcel number 1Z9" in page.body) != linked


def test_what_the_warehouse_did_stands_in_the_timeline_and_what_to_do_instead_of_cancelling(visit, shop):
    visitor = visit(shop.place(simple_order()))
    stored = shop.run(visitor.order_id)
    at = NOW + timedelta(hours=2)
    shop.orders.issue_goods(stored, Handling(printed_at=NOW, packed_at=NOW, handed_over_at=at))
    seen = text_of(visitor.look())
    assert "Your order is on its way" in seen
    events = ["We confirmed the order by e-mail", "Your parcels were packed", "The carrier took over your parcels"]
    assert [seen.index(event) for event in events] == sorted(seen.index(event) for event in events)
    assert "refuse the parcel when it comes" in seen
    assert "Cancel the order" not in seen
    late = visitor.press("cancel-now")
    assert (late.status, "It is too late to cancel" in text_of(late)) == (409, True)


def test_what_went_out_by_e_mail_cannot_be_taken_back_and_no_parcel_is_spoken_of(visit, shop):
    shop.catalogue.put(catalogue_items([COURSE], [], [], [], guest_id=shop.guest_id))
    line = Line(line_id="1", sku="COURSE", title="Tea tasting", quantity=1, unit_price=2000)
    visitor = visit(shop.place(an_order("digital", lines=(line,), total=2000)))
    assert shop.run(visitor.order_id).status is Status.READY_TO_SHIP
    for page in (visitor.look(), visitor.press("cancel-now")):
        seen = text_of(page)
        assert "sent by e-mail and cannot be taken back" in seen
        assert "arcel" not in seen.replace("no parcel", "").replace("needs no parcel", "")
    assert "Your order is complete" in text_of(visitor.look())
    cancel_for_store(visitor.order_id, orders=shop.orders, executions=shop, now=NOW)
    assert "was sent by e-mail already" in " ".join(str(mails()[-1].body).split())


def test_an_order_is_cancelled_after_a_second_look(visit, shop):
    visitor = visit(shop.place(simple_order()))
    shop.run(visitor.order_id)
    assert "cannot be undone" in text_of(visitor.press("cancel"))
    assert "Your order is ready to ship" in text_of(visitor.press("back"))
    for _ in range(2):
        seen = text_of(visitor.press("cancel-now"))
        assert "Your order is cancelled" in seen
        assert "you get the money back through the store" in seen
    assert shop.orders.load(visitor.order_id).status is Status.CANCELLED
    assert sum("cancelled" in mail.subject for mail in mails()) == 1
    assert "Cancel the order" not in text_of(visitor.look(step="cancel"))


def test_a_question_leads_to_its_page_while_it_is_asked(visit, shop):
    visitor = visit(shop.place(three_mistakes()))
    shop.run(visitor.order_id)
    page = visitor.look()
    assert "Your order waits for your answer" in text_of(page)
    (link,) = re.findall(r'href="(https://orders.example.com/decide/[^"]+)"', page.body)
    token = dict(parse_qsl(urlsplit(link.replace("&amp;", "&")).query))["token"]
    until = shop.orders.load(visitor.order_id).question.expires_at
    assert token.startswith(f"{int(until.timestamp())}.")
    visitor.press("cancel-now")
    assert "/decide/" not in visitor.look().body


def test_the_link_of_one_order_opens_no_other_and_not_the_list(visit, shop):
    order_id, other = shop.place(simple_order()), shop.place(simple_order("other"))
    shop.run(order_id)
    shop.run(other)
    token = order_token(order_id, KEYS)
    strangers = [visit(other, token=token), visit(order_id, token=""), visit("BRSJV48JX"), visit("../../x")]
    for stranger in strangers:
        for page in (stranger.look(), stranger.press("cancel-now"), stranger.press("orders")):
            assert (page.status, "Ada Bell" in page.body) == (404, False)
    account = shop.orders.load(order_id).verified.customer_id
    good = account_token(account, NOW + timedelta(minutes=1), KEYS)
    visitor = visit(order_id)
    other_account = account_token("guest-x", NOW + timedelta(minutes=1), KEYS)
    forged = f"{other_account.rpartition('.')[0]}.{good.rpartition('.')[2]}"
    for token in (visitor.token, "", "x.y.z", good[:-1] + ("A" if good[-1] != "A" else "B"), forged):
        assert visitor.list_of(f"?token={token}").status == 404
    assert visitor.list_of(f"?token={good}").status == 200
    visitor.now = NOW + timedelta(minutes=1)
    assert visitor.list_of(f"?token={good}").status == 410
    assert shop.orders.load(order_id).status is Status.READY_TO_SHIP


def sent_link(email: str) -> str:
    mail = [m for m in mails() if email in m.destinations["ToAddresses"]][-1]
    found = re.search(r"https://orders\.example\.com/my/orders\?[^\s\"<]+", mail.body)
    assert found, mail.body
    return found[0].replace("&amp;", "&")


def test_the_list_is_sent_to_the_address_on_file_a_few_times_an_hour(visit, shop):
    ids = []
    for number in range(3):
        shop.now = NOW + timedelta(days=number)
        ids.append(shop.place(simple_order(str(number), quantity=number + 1)))
        shop.run(ids[-1])
    cancelled = visit(ids[1])
    cancelled.press("cancel-now")
    visitor = visit(ids[0])
    before = len(mails())
    for times in range(5):
        seen = text_of(visitor.press("orders"))
        assert ("We have sent the link" in seen) == (times < 3), times
    assert len(mails()) - before == 3
    visitor.now = NOW + timedelta(hours=1)
    assert "Please look into your mailbox" in text_of(visitor.press("orders"))
    page = visitor.list_of(sent_link(EMAIL))
    assert page.status == 200
    rows = [text_of(Answer(status=200, body=row)) for row in page.body.split("<tr ")[2:]]
    assert len(rows) == 3
    for row, state, amount in zip(
        rows, ("Ready to ship", "Cancelled", "Ready to ship"), (45780, 30520, 15260), strict=True
    ):
        assert state in row
        assert f"${amount / 100:.2f}" in row
    links = re.findall(r'href="https://orders.example.com/my/orders/([A-Z0-9]+)\?', page.body)
    assert links == list(reversed(ids))
    assert page.headers["Cache-Control"] == "no-store"


def test_a_long_list_comes_in_pages(visit, shop):
    stored = shop.run(shop.place(simple_order()))
    accounts = boto3.client("dynamodb")
    heads = []
    for number in range(24):
        order_id = f"X{number:08}"
        entry = {"customer_id": stored.verified.customer_id, "order_id": order_id, "description": f"No {number}",
                 "delivery_date": None, "amount": 100, "currency": "USD",
                 "recorded_at": (NOW - timedelta(days=number + 1)).isoformat()}  # fmt: skip
        key = {"customer_id": {"S": stored.verified.customer_id}, "entry": {"S": f"order#{order_id}"}}
        accounts.put_item(TableName="accounts", Item={**key, "document": {"S": json.dumps(entry)}})
        heads.append(order_id)
        head = {"order_id": {"S": order_id}, "part": {"S": "order"}, "status": {"S": "READY_TO_SHIP"}}
        accounts.put_item(TableName="orders", Item=head)
    visitor = visit(stored.order_id)
    token = account_token(stored.verified.customer_id, NOW + timedelta(minutes=1), KEYS)
    first = visitor.list_of(f"?token={token}&lang=de")
    assert ("Frühere Bestellungen" in text_of(first), first.body.count("/my/orders/")) == (True, 20)
    (more,) = re.findall(r'class="button" href="([^"]+)"', first.body)
    last = visitor.list_of(more.replace("&amp;", "&"))
    assert ("Frühere" in text_of(last), last.body.count("/my/orders/"), "Ihre Bestellungen" in last.body) == (
        False,
        5,
        True,
    )


def test_a_known_customers_list_goes_to_the_catalogues_address_and_not_to_the_orders(visit, shop):
    shop.catalogue.put(
        [
            (("customer", "C-77"), {"customer_id": "C-77", "emails": ["office@example.com"]}),
            (("customer_store", "api:*:77"), {"to": "C-77"}),
        ]
    )
    order = simple_order(customer=Customer(email="someone.else@example.com", name="Ada Bell", store_customer_id="77"))
    stored = shop.run(shop.place(order))
    assert stored.verified.customer_id == "C-77"
    visitor = visit(stored.order_id)
    before = len(mails())
    assert "Please look into your mailbox" in text_of(visitor.press("orders"))
    (mail,) = mails()[before:]
    assert mail.destinations["ToAddresses"] == ["office@example.com"]
    shop.catalogue.put([(("customer", "C-77"), {"customer_id": "C-77", "emails": []})])
    assert "There is no list yet" in text_of(visitor.press("orders"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_customers_language_and_runs_nothing(visit, shop, language):
    home = simple_order().shipping_address.model_copy(update={"name": "<b>Ada</b>"})
    customer = Customer(email=EMAIL, name="<b>Ada</b>", locale=language)
    order = simple_order(customer=customer, shipping_address=home, billing_address=home)
    visitor = visit(shop.place(order))
    answers = [visitor.look()]
    stored = shop.run(visitor.order_id)
    answers += [visitor.look(), visitor.press("cancel"), visitor.press("orders")]
    answers.append(visitor.list_of(sent_link(EMAIL)))
    shop.orders.note_handling(stored, Handling(printed_at=NOW))
    answers += [visitor.press("cancel-now"), visitor.look(), visitor.list_of("?token=x&lang=" + language)]
    for answer in answers:
        assert f'<html lang="{language}">' in answer.body
        assert "<b>" not in answer.body
        assert "<script" not in answer.body
        assert " style=" not in answer.body
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        ids = re.findall(r' id="([^"]+)"', answer.body)
        assert len(ids) == len(set(ids))
    assert answers[-1].status == 404


def test_shipments_on_different_days_are_told_apart_with_what_is_in_them(visit, shop):
    lines = (
        Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=15260),
        Line(line_id="2", sku="MUG-BLUE", title="Mug, blue", quantity=2, unit_price=1400),
    )
    visitor = visit(shop.place(_of(lines)))
    shop.verify(visitor.order_id)
    shop.check(visitor.order_id)
    stored = shop.orders.load(visitor.order_id)
    late = date(2026, 12, 20)
    first, second = stored.promise.allocations
    second = second.model_copy(update={"ship_date": late, "delivery_date": late + timedelta(days=3)})
    boto3.client("dynamodb").update_item(
        TableName="orders",
        Key={"order_id": {"S": visitor.order_id}, "part": {"S": "order"}},
        UpdateExpression="SET promise = :p",
        ExpressionAttributeValues={
            ":p": {"S": stored.promise.model_copy(update={"allocations": (first, second)}).model_dump_json()}
        },
    )
    shop.confirm(visitor.order_id)
    seen = text_of(visitor.look())
    assert "Shipment 1 of 2" in seen
    assert (
        "Shipment 2 of 2 Leaves us on Sunday, December 20, 2026 Delivery by Wednesday, December 23, 2026 2 × " in seen
    )


def _of(lines: tuple[Line, ...]) -> Any:
    return simple_order().model_copy(update={"lines": lines, "total": sum(line.gross for line in lines)})
