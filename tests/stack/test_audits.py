"""The audit on the deployed stack, with the rights that its function has: one fault of each kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local import LocalStack, wait_for
from operating import stock as command
from operating.findings import swept
from order_processing.adapters.attributes import number, text
from order_processing.adapters.audit_list import DynamoAuditList
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.findings import DynamoFindings
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.inventory_items import claim_key, stock_key, supply_key
from order_processing.adapters.orders import DynamoOrders
from order_processing.cancellation import BY_CUSTOMER
from order_processing.catalogue import catalogue_items
from order_processing.inventory import PlannedSupply, StockCount
from order_processing.order_parts import Confirmation, Handling
from order_processing.product import Price, Product
from order_processing.status import Status
from tests.stack.senders import api_order, place, status

SKU = "AUDITED"
PLACE = "louisville"


@pytest.fixture
def books(stack: LocalStack) -> Any:
    return Books(stack)


class Books:
    """A product that nobody else sells here, and orders of it."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack, self.tables = stack, stack.outputs
        self.dynamodb, self.s3 = stack.client("dynamodb"), stack.client("s3")
        self.bucket = self.tables["DocumentsBucket"]
        self.orders = DynamoOrders(
            self.dynamodb,
            self.tables["OrdersTable"],
            inventory_table=self.tables["InventoryTable"],
            accounts_table=self.tables["AccountsTable"],
        )
        self.findings = DynamoFindings(self.dynamodb, self.tables["FindingsTable"])
        self.now = datetime.now(UTC)
        prices = (Price(currency="USD", amount=15260),)
        mug = Product(sku=SKU, title="Mug", weight_g=300, size_mm=(100, 100, 100), tax_class="none", prices=prices)
        items = catalogue_items([mug], [], [], [], guest_id=lambda email: email)
        DynamoCatalogue(self.dynamodb, self.tables["CatalogueTable"]).put(items)
        self.inventory = DynamoInventory(self.dynamodb, self.tables["InventoryTable"])
        self.inventory.count(StockCount(document=f"count-{SKU}", sku=SKU, location=PLACE, on_hand=50))

    def ready(self, key: str) -> str:
        """An order that is ready to ship."""
        receipt = place(self.stack, api_order(f"audit-{key}", sku=SKU)).json()
        order_id: str = receipt["id"]
        wait_for(
            lambda: status(self.stack, receipt).json()["status"] == "READY_TO_SHIP",
            seconds=60,
            what=f"order {receipt['number']} to be ready",
        )
        return order_id

    def add(self, table: str, key: dict[str, Any], **changes: int) -> None:
        self.dynamodb.update_item(
            TableName=self.tables[table],
            Key=key,
            UpdateExpression="ADD " + ", ".join(f"#{name} :{name}" for name in changes),
            ExpressionAttributeNames={f"#{name}": name for name in changes},
            ExpressionAttributeValues={f":{name}": number(value) for name, value in changes.items()},
        )

    def put(self, key: dict[str, Any], **attributes: Any) -> None:
        self.dynamodb.put_item(TableName=self.tables["InventoryTable"], Item={**key, **attributes})

    def claim(self, order_id: str, pieces: int) -> None:
        planned = PlannedSupply(
            document="PO-A", sku=SKU, location=PLACE, due_on=self.now.date() + timedelta(days=20), quantity=50
        )
        self.inventory.plan_supply(planned)
        day = text((self.now.date() + timedelta(days=20)).isoformat())
        names = {"order_id": order_id, "product": SKU, "location": PLACE, "document": "PO-A"}
        said = {name: text(value) for name, value in names.items()}
        self.put(claim_key(order_id, SKU, PLACE, "PO-A"), **said, quantity=number(pieces), ship_date=day)
        self.add("InventoryTable", supply_key(SKU, PLACE, "PO-A"), reserved=pieces, available=-pieces)

    def audit(self) -> dict[str, Any]:
        return swept(self.stack.client, self.tables["AuditBooksFunction"])

    def open(self, *subjects: str) -> dict[str, tuple[str, str]]:
        found = {one.subject: (one.kind, one.done) for one in self.findings.open()}
        return {subject: found[subject] for subject in subjects if subject in found}

    def reserved(self) -> int:
        stock, supply = self.inventory.read([SKU])
        return sum(source.reserved for source in [*stock, *supply])


def test_one_fault_of_each_kind_is_found_and_mended_or_told_and_then_closed(books, monkeypatch, capsys):
    early = books.now - timedelta(minutes=20)
    books.findings.keep_progress("books orders", early.isoformat())
    kept, ended, left = (books.ready(key) for key in ("kept", "ended-early", "left"))
    listed = DynamoAuditList(books.dynamodb, books.tables["FindingsTable"])
    listed.add(early, [kept, ended, left])  # as if they were older
    stored = books.orders.load(ended)
    books.orders.release(stored, Status.CANCELLED, at=early, reason=BY_CUSTOMER)
    handed = Handling(printed_at=early, packed_at=early, handed_over_at=early, told=Confirmation(attempt_at=early))
    books.orders.issue_goods(books.orders.load(left), handed)
    told = len(books.stack.mails("audit-left@example.com"))

    source = f"stock#{PLACE}#0#{SKU}"
    claimed = f"claim#{PLACE}#PO-A#{ended}#{SKU}"
    customer = books.orders.load(kept).verified.customer_id
    label = next(document.key for document in books.orders.load(kept).delivery.documents)
    body = books.s3.get_object(Bucket=books.bucket, Key=label)["Body"].read()
    gone = stored.delivery.documents[0].key
    nobodys = "orders/NOBODYS00/label-1.pdf"

    books.add("InventoryTable", stock_key(SKU, PLACE, 0), reserved=3, available=-3)
    books.claim(ended, 4)
    part = '{"moves":[{"kind":"stock","sku":"AUDITED","location":"louisville","before":0,"after":2}]}'
    books.put({"sku": text(f"order#{kept}"), "source": text("held#000")}, document=text(part))
    books.add("InventoryTable", stock_key(SKU, PLACE, 0), reserved=2, available=-2)
    account = {"customer_id": text(customer)}
    books.add("AccountsTable", {**account, "entry": text("totals#USD")}, amount=7)
    books.dynamodb.delete_item(TableName=books.tables["AccountsTable"], Key={**account, "entry": text(f"order#{kept}")})
    books.s3.delete_object(Bucket=books.bucket, Key=label)
    books.s3.put_object(Bucket=books.bucket, Key=nobodys, Body=b"x")

    books.audit()
    assert books.open(source, claimed, kept, customer, label, nobodys, gone, left) == {
        source: ("RESERVATION_DIFFERS", ""),
        claimed: ("RESERVATION_LEFT", "given back"),
        kept: ("RESERVATION_LEFT", "brought to an end"),
        customer: ("ACCOUNT_DIFFERS", "repaired"),
        label: ("DOCUMENT_MISSING", ""),
        nobodys: ("DOCUMENT_WITHOUT_ORDER", ""),
        gone: ("DOCUMENT_WITHOUT_ORDER", "removed"),
        left: ("HAND_OVER_NOT_TOLD", "sent again"),
    }
    assert len(books.stack.mails("audit-left@example.com")) == told + 1

    books.s3.put_object(Bucket=books.bucket, Key=label, Body=body)
    books.s3.delete_object(Bucket=books.bucket, Key=nobodys)
    monkeypatch.setattr("operating.stack.LocalStack.running", lambda: books.stack)
    assert command.main([SKU]) == 1
    assert command.main([SKU, "--repair"]) == 0
    assert f"{source}: 4 are reserved, orders hold 1: put right" in capsys.readouterr().out
    assert books.reserved() == 1

    books.audit()
    assert books.open(source, claimed, kept, customer, label, nobodys, gone, left) == {}
    assert len(books.stack.mails("audit-left@example.com")) == told + 1
