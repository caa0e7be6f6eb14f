"""The audit on the real tables: each fault is planted, found by key, mended or reported, and closed when right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest

from operating.stock import reconcile
from order_processing.adapters.attributes import number, text
from order_processing.adapters.audit_list import DynamoAuditList
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.inventory_items import claim_key, stock_key, supply_key
from order_processing.adapters.kept_documents import S3KeptDocuments
from order_processing.adapters.ledger import Ledger
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.stock_books import DynamoStockBooks
from order_processing.cancellation import BY_CUSTOMER, cancel
from order_processing.inventory import PlannedSupply
from order_processing.order_parts import Confirmation, Handling
from order_processing.settings import current
from order_processing.stages.audit_books import Audit, Audited
from order_processing.status import Status
from tests.aws.shop import BUCKET, NOW, Shop
from tests.aws.test_account import CARL, on_account, pay, standing
from tests.aws.test_recording import confirmed, cut_after
from tests.aws.test_stages import mails, reserved, simple_order

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Key = dict[str, Any]


class Books:
    """A shop whose books are audited. now: moves on with each audit."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.dynamodb = boto3.client("dynamodb")
        self.s3 = boto3.client("s3")
        self.findings = DynamoFindings(self.dynamodb, "findings")
        self.listed = DynamoAuditList(self.dynamodb, "findings")
        self.now = NOW
        self.pauses: list[float] = []
        self.findings.keep_progress("books orders", (NOW - HOUR).isoformat())

    def audit(self, after: timedelta = HOUR, **changes: Any) -> Audited:
        self.now += after
        return Audit(
            **{
                "orders": DynamoOrders(self.dynamodb, "orders"),
                "listed": self.listed,
                "stock": DynamoStockBooks(self.dynamodb, "orders", "inventory"),
                "accounts": Ledger(self.dynamodb, "orders", "accounts"),
                "documents": S3KeptDocuments(self.s3, BUCKET),
                "findings": self.findings,
                "tell": self.tell,
                "settings": current(),
                "clock": lambda: self.now,
                "pause": self.pauses.append,
                **changes,
            }
        ).run()

    def tell(self, order_id: str) -> None:
        self.shop.now = self.now
        self.shop.prepare(order_id)

    def add(self, table: str, key: dict[str, Any], **changes: int) -> None:
        self.dynamodb.update_item(
            TableName=table,
            Key=key,
            UpdateExpression="ADD " + ", ".join(f"#{name} :{name}" for name in changes),
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues={f":{name}": number(value) for name, value in changes.items()},
        )

    def source(self, order_id: str) -> tuple[Key, str]:
        """From what an order's goods are taken: the key of the stock, and how a finding names it."""
        (taken,) = self.shop.orders.load(order_id).promise.allocations
        key = stock_key(taken.sku, taken.location, taken.bucket)
        return key, f"stock#{taken.location}#{taken.bucket}#{taken.sku}"

    def found(self, kind: str) -> list[Any]:
        """What an audit finds of a kind: an order that ended leaves documents, too."""
        return [one for one in self.audit().found if one.kind == kind]

    def open(self) -> list[tuple[str, str]]:
        return [(one.kind, one.subject) for one in self.findings.open()]

    def closed(self) -> list[tuple[str, str, str]]:
        return [(one.kind, one.subject, one.done) for one in self.findings.closed(self.now.date().isoformat())]

    def ready(self, key: str = "1", quantity: int = 1, **changes: Any) -> str:
        order_id = self.shop.place(simple_order(key, quantity, **changes))
        assert self.shop.run(order_id).status is Status.READY_TO_SHIP
        return order_id

    def hand_over(self, order_id: str, told: Confirmation | None = None) -> None:
        stored = self.shop.orders.load(order_id)
        at = Handling(printed_at=self.now, packed_at=self.now, handed_over_at=self.now, told=told)
        self.shop.orders.issue_goods(stored, at)


@pytest.fixture
def books(shop: Shop, tables: dict[str, str]) -> Books:
    return Books(shop)


def nothing_is_wrong(books: Books) -> None:
    audited = books.audit()
    assert (audited.found, books.open(), audited.left) == ((), [], ())


def test_books_that_are_right_stay_as_they_are_and_an_order_is_looked_at_until_it_has_left(books):
    ready, gone, ended = (books.ready(key) for key in "123")
    waits = books.shop.place(simple_order("waits", 2_000))
    books.shop.run(waits)
    cancel(ended, orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=NOW)
    assert (books.audit().looked_at, books.pauses) == (4, [])
    assert {order_id for _, ids in books.listed.pages() for order_id in ids} == {ready, gone, waits}
    books.hand_over(gone, Confirmation(attempt_at=NOW, sent_at=NOW))
    assert books.audit().looked_at == 3, "once more after it has left"
    assert books.audit().looked_at == 2
    nothing_is_wrong(books)


# ------------------------------------------------------------------ reservation without order


@pytest.mark.parametrize("pieces", [3, -1])
def test_stock_that_is_reserved_for_nobody_or_too_little_is_left_to_a_person_until_it_is_right(books, pieces):
    key, source = books.source(books.ready(quantity=2))
    books.add("inventory", key, reserved=pieces, available=-pieces)
    (found,) = books.audit().found
    assert (found.kind, found.subject) == ("RESERVATION_DIFFERS", source)
    assert found.advice.startswith(f"{2 + pieces} are reserved, orders hold 2")
    assert (books.audit().found[0].times, reserved("TEST-123")) == (2, 2 + pieces)
    books.add("inventory", key, reserved=-pieces, available=pieces)
    nothing_is_wrong(books)
    assert books.closed() == [("RESERVATION_DIFFERS", source, "")]


def test_what_an_order_left_reserved_when_it_ended_is_found_also_when_nobody_else_holds_any(books):
    order_id = books.ready()
    key, _ = books.source(order_id)
    cancel(order_id, orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=NOW)
    books.add("inventory", key, reserved=1, available=-1)
    (found,) = books.found("RESERVATION_DIFFERS")
    assert found.advice.startswith("1 are reserved, orders hold 0:")


class Busy:
    """Stock books at which an order moves, one step each time that it is read."""

    def __init__(self, books: Books, moving: list[Callable[[], object]]) -> None:
        self._stock = DynamoStockBooks(books.dynamodb, "orders", "inventory")
        self._moving = moving

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stock, name)

    def read(self, sku: str) -> Any:
        if sku == "TEST-123" and self._moving:
            self._moving.pop()()
        return self._stock.read(sku)


@pytest.mark.parametrize("moves", [2, 5])
def test_orders_that_reserve_and_give_back_meanwhile_make_no_difference(books, moves):
    orders = [books.ready(str(n)) for n in range(3)]

    def place(key: str) -> Callable[[], object]:
        def placed() -> None:
            books.shop.now = books.now
            books.ready(key)

        return placed

    def end(order_id: str) -> Callable[[], object]:
        return lambda: cancel(
            order_id, orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=books.now
        )

    moving = [place("new-1"), end(orders[0]), place("new-2"), end(orders[1]), place("new-3")][:moves]
    audited = books.audit(stock=Busy(books, moving))
    assert (audited.found, moving) == ((), [])


def test_what_never_stands_still_is_left_to_the_next_run(books):
    key, _ = books.source(books.ready())
    books.add("inventory", key, reserved=1, available=-1)
    moving = [lambda: books.add("inventory", key, safety=1)] * 50
    assert books.audit(stock=Busy(books, moving)).found == ()
    assert len(books.audit().found) == 1


def test_parts_that_a_large_change_has_left_are_brought_to_their_end(books):
    order_id = books.ready()
    before = reserved("TEST-123")
    held = '{"moves":[{"kind":"stock","sku":"TEST-123","location":"louisville","before":0,"after":4}]}'
    item = {"sku": text(f"order#{order_id}"), "source": text("held#000"), "document": text(held)}
    books.dynamodb.put_item(TableName="inventory", Item=item)
    books.add("inventory", stock_key("TEST-123", "louisville", 0), reserved=4, available=-4)
    (found,) = books.audit().found
    assert (found.kind, found.subject, found.done) == ("RESERVATION_LEFT", order_id, "brought to an end")
    assert reserved("TEST-123") == before
    nothing_is_wrong(books)
    assert books.closed() == [("RESERVATION_LEFT", order_id, "brought to an end")]


def claim(books: Books, order_id: str, pieces: int) -> None:
    """A claim on supply that the order does not hold."""
    planned = PlannedSupply(
        document="PO-9", sku="TEST-123", location="louisville", due_on=(NOW + 5 * DAY).date(), quantity=50
    )
    books.shop.inventory.plan_supply(planned)
    item = {
        **claim_key(order_id, "TEST-123", "louisville", "PO-9"),
        "order_id": text(order_id),
        "product": text("TEST-123"),
        "location": text("louisville"),
        "document": text("PO-9"),
        "quantity": number(pieces),
        "ship_date": text("2026-12-01"),
    }
    books.dynamodb.put_item(TableName="inventory", Item=item)
    books.add("inventory", supply_key("TEST-123", "louisville", "PO-9"), reserved=pieces, available=-pieces)


def test_the_claim_of_an_order_that_has_ended_is_given_back_once(books):
    order_id = books.ready()
    cancel(order_id, orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=NOW)
    claim(books, order_id, 7)
    subject = f"claim#louisville#PO-9#{order_id}#TEST-123"
    assert [(found.subject, found.done) for found in books.found("RESERVATION_LEFT")] == [(subject, "given back")]
    (supply,) = [each for each in books.shop.inventory.read(["TEST-123"])[1] if each.document == "PO-9"]
    assert (supply.available, supply.reserved) == (50, 0)
    nothing_is_wrong(books)
    assert ("RESERVATION_LEFT", subject, "given back") in books.closed()


def test_a_claim_that_an_order_which_goes_on_does_not_hold_is_left_to_a_person(books):
    order_id = books.ready()
    claim(books, order_id, 7)
    (found,) = books.audit().found
    assert (found.kind, found.done) == ("RESERVATION_LEFT", "")
    assert found.advice == f"7 pieces are claimed for order {order_id}, which does not hold them"
    assert reserved("TEST-123") == 1 + 7


# ------------------------------------------------------------------ account that differs


@pytest.fixture
def account(books: Books) -> list[str]:
    ids = [on_account(books.shop, key).order_id for key in ("1", "2")]
    ids.append(books.shop.place(simple_order("3", customer=CARL, paid=False)))
    for stage in books.shop.stages[:4]:  # no documents yet, which would be taken away
        stage(ids[2])
    pay(books.shop, ids[0], 15260, "P-1")
    cancel(ids[2], orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=NOW)
    books.audit()
    nothing_is_wrong(books)
    return ids


def key(entry: str) -> dict[str, Any]:
    return {"customer_id": text("C-1013"), "entry": text(entry)}


@pytest.mark.parametrize("what", ["entry", "totals", "sum"])
def test_an_account_that_lacks_an_entry_or_whose_sum_is_wrong_is_repaired(books, account, what):
    right = standing(books.shop)
    if what == "sum":
        books.add("accounts", key("totals#USD"), amount=1)
    else:
        entry = f"order#{account[1]}" if what == "entry" else "totals#USD"
        books.dynamodb.delete_item(TableName="accounts", Key=key(entry))
    (found,) = books.audit().found
    assert (found.kind, found.subject, found.done) == ("ACCOUNT_DIFFERS", "C-1013", "repaired")
    assert standing(books.shop) == right
    nothing_is_wrong(books)
    assert ("ACCOUNT_DIFFERS", "C-1013", "repaired") in books.closed()


@pytest.mark.parametrize("what", ["no such order", "not recorded", "amount"])
def test_an_entry_that_says_what_its_order_does_not_say_is_left_to_a_person(books, account, what):
    if what == "amount":
        books.add("accounts", key(f"order#{account[1]}"), open=5)
    else:
        order_id = "BBBBBBBBB"
        if what == "not recorded":
            order_id = books.shop.place(simple_order("waits", 2_000, customer=CARL))
            books.shop.run(order_id)
        item = books.dynamodb.get_item(TableName="accounts", Key=key(f"order#{account[1]}"))["Item"]
        books.dynamodb.put_item(TableName="accounts", Item={**item, "entry": text(f"order#{order_id}")})
    (found,) = books.audit().found
    assert (found.kind, found.subject, found.done) == ("ACCOUNT_DIFFERS", "C-1013", "")
    assert found.advice.endswith("with `--repair` where the orders are right")


@pytest.mark.parametrize("operation", ["update_item", "put_item"])
def test_an_order_that_was_counted_and_has_no_entry_gets_it_when_it_is_not_on_its_way_any_more(books, operation):
    order_id = confirmed(books.shop)
    cut_after(books.shop, order_id, operation)
    assert books.audit(timedelta(minutes=10)).found == (), "it may still come"
    found = books.audit().found
    assert [(one.kind, one.subject, one.done) for one in found] == (
        [("ACCOUNT_DIFFERS", "C-1013", "repaired")] if operation == "update_item" else []
    )
    assert books.shop.accounts.entry("C-1013", order_id)
    assert standing(books.shop).orders == 1
    nothing_is_wrong(books)
    books.shop.record(order_id)
    assert (books.audit().found, standing(books.shop).orders) == ((), 1)


def test_older_entries_are_not_read_again_with_their_orders(books, account, monkeypatch):
    books.now += 10 * DAY
    books.shop.now = books.now
    on_account(books.shop, "later")
    for order_id in account[:2]:
        books.hand_over(order_id, Confirmation(attempt_at=NOW, sent_at=NOW))
    books.audit()
    loaded: list[str] = []
    look_up = DynamoOrders.look_up
    monkeypatch.setattr(
        DynamoOrders, "look_up", lambda self, order_id: loaded.append(order_id) or look_up(self, order_id)
    )
    assert books.audit(documents=NoDocuments()).looked_at == 1
    assert set(loaded) & set(account) == set()
    assert len(loaded) == 2, "the order that is open, for itself and for its account"


class NoDocuments:
    """An empty bucket, long after anybody asks what is missing."""

    def pages(self, after: str) -> Any:
        return iter(())

    def find(self, key: str) -> None:
        return None


# ------------------------------------------------------------------ document without order


def test_a_document_that_is_named_and_gone_is_told_until_it_is_back(books):
    order_id = books.ready()
    name = books.shop.orders.load(order_id).delivery.documents[0].key
    body = books.s3.get_object(Bucket=BUCKET, Key=name)["Body"].read()
    books.s3.delete_object(Bucket=BUCKET, Key=name)
    (found,) = books.audit().found
    assert (found.kind, found.subject) == ("DOCUMENT_MISSING", name)
    assert "30 days" in found.advice
    assert books.audit(10 * DAY).found[0].times == 2, "also when it is no longer looked for by itself"
    books.s3.put_object(Bucket=BUCKET, Key=name, Body=body)
    nothing_is_wrong(books)
    assert books.closed() == [("DOCUMENT_MISSING", name, "")]


def old(books: Books) -> None:
    """What is in the bucket was put there when the clocks of this test say so, which is a moment ago for S3."""
    books.now = max(books.now, datetime.now(NOW.tzinfo))


@pytest.mark.parametrize("placed", [False, True])
def test_a_document_of_no_order_is_left_to_a_person(books, placed):
    order_id = books.ready()
    old(books)
    key = f"orders/{order_id if placed else 'BBBBBBBBB'}/label-7.pdf"
    books.s3.put_object(Bucket=BUCKET, Key=key, Body=b"x")
    books.s3.put_object(Bucket=BUCKET, Key=f"orders/{order_id}/return-label-1.pdf", Body=b"x")
    (found,) = books.audit().found
    assert (found.kind, found.subject, found.done) == ("DOCUMENT_WITHOUT_ORDER", key, "")
    books.s3.delete_object(Bucket=BUCKET, Key=key)
    nothing_is_wrong(books)


def test_documents_of_an_order_that_ended_early_are_taken_away(books):
    order_id = books.ready()
    kept = books.ready("kept")
    cancel(order_id, orders=books.shop.orders, executions=books.shop, reason=BY_CUSTOMER, now=NOW)
    old(books)
    names = {document.key for document in books.shop.orders.load(order_id).delivery.documents}
    found = books.audit().found
    assert {(one.kind, one.subject, one.done) for one in found} == {
        ("DOCUMENT_WITHOUT_ORDER", name, "removed") for name in names
    }
    left = [each["Key"] for each in books.s3.list_objects_v2(Bucket=BUCKET)["Contents"]]
    assert left
    assert all(name.startswith(f"orders/{kept}/") for name in left)
    nothing_is_wrong(books)
    assert len(books.closed()) == len(names)


# ------------------------------------------------------------------ hand-over not told


@pytest.mark.parametrize("begun", [False, True])
def test_a_mail_of_a_hand_over_that_was_cut_is_sent_once(books, begun):
    order_id = books.ready()
    sent = len(mails())
    books.hand_over(order_id, Confirmation(attempt_at=NOW) if begun else None)
    (found,) = books.audit().found
    assert (found.kind, found.subject, found.done) == ("HAND_OVER_NOT_TOLD", order_id, "sent again")
    assert len(mails()) == sent + 1
    assert books.shop.orders.load(order_id).handling.told.sent_at == books.now
    nothing_is_wrong(books)
    assert (len(mails()), books.closed()) == (sent + 1, [("HAND_OVER_NOT_TOLD", order_id, "sent again")])


def test_a_mail_of_a_hand_over_that_cannot_be_sent_is_left_to_a_person(books):
    order_id = books.ready()
    books.hand_over(order_id)
    tried: list[str] = []

    def refuse(order_id: str) -> None:
        tried.append(order_id)
        raise RuntimeError("refused")

    for _ in range(6):
        books.audit(tell=refuse)
    assert tried == [order_id] * 3
    (left,) = books.findings.open()
    assert left.needs_person
    assert [ids for _, ids in books.listed.pages()] == []


# ------------------------------------------------------------------ bounded, and gone on with


def test_a_run_that_has_no_more_time_is_gone_on_with_where_it_stopped(books):
    orders = [books.ready(str(n)) for n in range(3)]
    key, source = books.source(orders[0])
    books.add("inventory", key, reserved=1, available=-1)
    books.add(
        "accounts", {"customer_id": text(books.shop.guest_id("ada@example.com")), "entry": text("totals#USD")}, amount=1
    )
    looks = [0]

    def in_time(most: int) -> Callable[[], bool]:
        looks[0] = 0

        def asked() -> bool:
            looks[0] += 1
            return looks[0] <= most

        return asked

    books.now += HOUR
    found: set[str] = set()
    for most in range(1, 40):
        audited = books.audit(timedelta(minutes=1), in_time=in_time(most))
        found |= {one.kind for one in audited.found}
        if not audited.left:
            break
    assert found == {"RESERVATION_DIFFERS", "ACCOUNT_DIFFERS"}
    assert books.open() == [("RESERVATION_DIFFERS", source)]


# ------------------------------------------------------------------ the operator's command


@pytest.mark.parametrize("pieces", [3, -1])
def test_the_command_shows_what_is_reserved_and_puts_it_right(books, capsys, pieces):
    there = sum(held.on_hand for held in books.shop.inventory.read(["TEST-123"])[0])
    key, source = books.source(books.ready(quantity=2))
    books.add("inventory", key, reserved=pieces, available=-pieces)
    orders, stock = DynamoOrders(books.dynamodb, "orders"), DynamoStockBooks(books.dynamodb, "orders", "inventory")

    def run(*, repair: bool) -> int:
        return reconcile("TEST-123", orders, stock, repair=repair, clock=lambda: NOW + HOUR)

    assert run(repair=False) == 1
    assert f"{source}: {2 + pieces} are reserved, orders hold 2\n" in capsys.readouterr().out
    assert run(repair=True) == 0
    assert ": put right" in capsys.readouterr().out
    assert (run(repair=False), reserved("TEST-123")) == (0, 2)
    assert sum(held.on_hand for held in books.shop.inventory.read(["TEST-123"])[0]) == there
