"""Export and erasure on the real adapters: planted values are gone, and every order can still be read."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date, timedelta
from typing import Any

import boto3
import pytest

from operating.privacy import Keepers, Wanted, erase, exported
from order_processing.access import address_hash
from order_processing.account import entry_for
from order_processing.adapters.attributes import unpacked
from order_processing.adapters.mail_reports import DynamoMailReports, SuppressedAddresses
from order_processing.api_order import show
from order_processing.catalogue import KnownCustomer, catalogue_items
from order_processing.discrepancy import Approval, Correction
from order_processing.mail_reports import Outcome
from order_processing.order import Address, Customer, Line, Option, Order
from order_processing.order_parts import Answer, Draft, Handling
from order_processing.privacy import StillOpen
from order_processing.settings import current
from order_processing.status import Status
from tests.aws.shop import BUCKET, NOW, TABLES, Shop
from tests.aws.test_cancellation import cancelled
from tests.aws.test_customer_pages import Visitor
from tests.aws.test_decision_pages import text_of
from tests.aws.test_stages import Cut, CutClient, real_order, simple_order

EMAIL = "Canarina.ZQ7@example.com"
TRACES = ("canarina", "zwitscher", "7742", "4592181", "gb123456789", "engrave-me", "cust-zq7", "sing-note", "de-7742")
PERSON = Customer(
    store_customer_id="cust-zq7", email=EMAIL, name="Canarina Zwitscher", phone="+15024592181",
    company="Zwitscher Ltd", tax_number="GB123456789", locale="en",
)  # fmt: skip
HOME = Address(
    name="Canarina Zwitscher", company="Zwitscher Ltd", line1="7742 Zwitscher Avenue", line2="Floor 7742",
    city="Louisville", region="KY", postal_code="40202", country="US", phone="+15024592181",
)  # fmt: skip
LATER = NOW + timedelta(days=60)


def the_order(key: str, **changes: Any) -> Order:
    line = Line(line_id="1", sku="TEST-123", title="Test Product", quantity=1, unit_price=15260,
                options=(Option(name="Engraving", value="engrave-me"),))  # fmt: skip
    given = {
        "customer": PERSON,
        "shipping_address": HOME,
        "billing_address": HOME,
        "note": "sing-note",
        "lines": (line,),
    }
    return simple_order(key).model_copy(update=given | changes)


def raw(order: Order) -> bytes:
    return order.model_dump_json().encode()


def shipped(shop: Shop, key: str, **changes: Any) -> str:
    order = the_order(key, **changes)
    order_id = shop.place(order, raw(order))
    stored = shop.run(order_id)
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    shop.orders.issue_goods(stored, Handling(printed_at=NOW, packed_at=NOW, handed_over_at=NOW))
    return order_id


def asked_and_cancelled(shop: Shop) -> str:
    """With a draft, an answer and a consent that quote what the customer wrote."""
    order = the_order("asked", shipping_address=HOME.model_copy(update={"postal_code": "DE-7742"}))
    order_id = shop.place(order, raw(order))
    stored = shop.run(order_id)
    assert stored.status is Status.CORRECTION_PENDING
    shop.orders.keep_draft(order_id, Draft(number=0, fields={"shipping_address.line1": "7742 Zwitscher"}))
    corrections = (Correction(path="shipping_address.postal_code", found="DE-7742", value="7742 Zwitscher"),)
    approvals = (Approval(code="X", path="customer.name", found="Canarina"),)
    shop.orders.answer(stored, Answer(actor="customer", at=NOW, corrections=corrections, approvals=approvals))
    shop.run(order_id)
    cancelled(shop, order_id)
    return order_id


def abroad(shop: Shop) -> str:
    """With customs papers, which the law wants kept."""
    order = real_order("shopify", "shopify-6-percent-code-paid-ca")
    order = order.model_copy(update={"customer": PERSON.model_copy(update={"tax_number": ""})})
    order_id = shop.place(order, raw(order))
    stored = shop.run(order_id)
    assert stored.status is Status.READY_TO_SHIP, stored.reason
    shop.orders.issue_goods(stored, Handling(printed_at=NOW, packed_at=NOW, handed_over_at=NOW))
    return order_id


def keepers(shop: Shop, client: Any = boto3.client) -> Keepers:
    outputs = {f"{table.title()}Table": table for table in TABLES}
    return Keepers.of(client, outputs | {"DocumentsBucket": BUCKET, "IdentitySecret": "identity"})


def erased(shop: Shop, wanted: Wanted | None = None, client: Any = boto3.client) -> Any:
    said: list[str] = []
    receipt = erase(keepers(shop, client), wanted or Wanted(email=EMAIL.lower()), current(), LATER, said.append)
    return receipt, said


@pytest.fixture
def privacy(shop: Shop) -> Shop:
    secrets = boto3.client("secretsmanager")
    secrets.create_secret(Name="identity", SecretString='{"key": "identity key"}')
    secrets.create_secret(Name="keys", SecretString='{"current": "signing key", "previous": ""}')
    boto3.client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return shop


def everything() -> str:
    """Every item of every table, with what is deflated in it, and every version of every document."""
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    seen = []
    for table in TABLES:
        for item in dynamodb.scan(TableName=table)["Items"]:
            for value in item.values():
                seen.append(unpacked(value).decode("utf-8", "replace") if "B" in value else json.dumps(value))
    for version in s3.list_object_versions(Bucket=BUCKET).get("Versions", []):
        seen.append(version["Key"])
    return "\n".join(seen).lower()


def traces() -> list[str]:
    seen = everything()
    return [trace for trace in TRACES if trace in seen]


def versions(order_id: str) -> list[str]:
    found = boto3.client("s3").list_object_versions(Bucket=BUCKET, Prefix=f"orders/{order_id}/")
    return sorted(v["Key"].rpartition("/")[2] for v in [*found.get("Versions", []), *found.get("DeleteMarkers", [])])


def test_after_an_erasure_nothing_planted_is_left_and_every_order_can_be_read(privacy):
    shop = privacy
    done, asked = shipped(shop, "done"), asked_and_cancelled(shop)
    other = shop.place(simple_order("other"))
    shop.run(other)
    before = {order_id: shop.orders.load(order_id) for order_id in (done, other)}
    assert traces() == list(TRACES), "the canary is alive"
    receipt, said = erased(shop)
    assert traces() == []
    assert said[-1].startswith("2 of 2: ")
    assert {o.order_id for o in receipt.orders} == {done, asked}
    assert [trace for trace in TRACES if trace in receipt.model_dump_json().lower()] == []

    stored = shop.orders.load(done)
    assert shop.orders.load(other) == before[other]
    assert (stored.status, stored.placed.total, stored.times) == (Status.READY_TO_SHIP, 15260, before[done].times)
    assert (stored.verified.order.shipping_address, stored.placed.customer) == (
        Address(country="US", region="KY"),
        Customer(locale="en"),
    )
    assert versions(done) == []
    assert [k.what for k in stored.erased.kept] == ["amounts"]
    assert (stored.erased.kept[0].until, "26 U.S.C." in stored.erased.kept[0].basis) == (date(2034, 12, 31), True)
    assert shop.orders.load(asked).erased.kept == (), "it was never recorded"
    # The account still says what the orders say.
    accounts = keepers(shop).accounts
    entry = accounts.entry(stored.verified.customer_id, done)
    assert entry.amount == entry_for(done, stored, entry.recorded_at).amount == 15260
    assert accounts.totals(stored.verified.customer_id, "USD") == (1, 15260)
    for order_id in (done, asked):
        show(shop.orders.load(order_id))
        seen = text_of(Visitor(shop, order_id).look())
        assert "was erased from this order" in seen
        assert [trace for trace in TRACES if trace in seen.lower()] == []
    assert "There is no list yet" in text_of(Visitor(shop, done).press("orders"))


def test_documents_that_the_law_wants_stay_with_the_years_and_the_others_go_in_all_versions(privacy):
    order_id = abroad(privacy)
    s3 = boto3.client("s3")
    invoice = f"orders/{order_id}/commercial-invoice-1.pdf"
    s3.put_object(Bucket=BUCKET, Key=invoice, Body=b"the same again")
    s3.delete_object(Bucket=BUCKET, Key=f"orders/{order_id}/packing-slip.pdf")
    receipt, _ = erased(privacy)
    assert versions(order_id) == ["commercial-invoice-1.pdf", "customs-declaration-1.pdf"]
    years = {
        name: s3.get_object_tagging(Bucket=BUCKET, Key=f"orders/{order_id}/{name}")["TagSet"]
        for name in versions(order_id)
    }
    assert [tags[0]["Value"] for tags in years.values()] == ["8", "5"]
    (of_order,) = receipt.orders
    assert [(k.what, k.until.year) for k in of_order.kept] == [
        ("amounts", 2034), ("commercial_invoice", 2034), ("customs_declaration", 2031),
    ]  # fmt: skip
    assert of_order.documents_kept == (invoice, f"orders/{order_id}/customs-declaration-1.pdf")
    assert {d.kind for d in privacy.orders.load(order_id).delivery.documents} == {
        "commercial_invoice", "customs_declaration",
    }  # fmt: skip


def test_nothing_is_erased_while_an_order_is_not_done(privacy):
    shop = privacy
    shipped(shop, "done")
    waiting = shop.place(the_order("open"), raw(the_order("open")))
    shop.run(waiting)
    with pytest.raises(StillOpen, match=r"it is READY_TO_SHIP: wait until it has left, or cancel it"):
        erased(shop)
    assert traces()
    just_left = shop.orders.load(waiting)
    shop.orders.issue_goods(just_left, Handling(handed_over_at=LATER - timedelta(days=13)))
    with pytest.raises(StillOpen, match="it left on 2027-01-10 and may come back until 2027-02-09"):
        erased(shop)
    assert traces()


def test_an_erasure_run_twice_tells_the_same_of_an_account_and_finds_nobody_by_an_address(privacy):
    shop = privacy
    order_id = shipped(shop, "done")
    account = Wanted(customer_id=shop.orders.load(order_id).verified.customer_id)
    first, _ = erased(shop, account)
    again, _ = erased(shop, account)
    assert [(o.order_id, o.erased_at, o.kept) for o in again.orders] == [
        (o.order_id, o.erased_at, o.kept) for o in first.orders
    ]
    assert erased(shop)[0].orders == ()
    assert traces() == []


def test_an_erasure_cut_at_any_call_and_run_again_is_whole(privacy):
    shop = privacy
    calls = 0
    for after in (False, True):
        cut_at = 0
        while True:
            cut_at, calls = cut_at + 1, calls + 1
            order_id = shipped(shop, f"cut-{after}-{cut_at}")
            CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
            is_cut = False
            try:
                erased(shop, client=CutClient)
            except Cut:
                is_cut = True
            erased(shop)
            assert (traces(), versions(order_id)) == ([], [])
            assert shop.orders.load(order_id).erased
            if not is_cut:
                break
    assert calls > 8


def test_a_known_customer_is_forgotten_with_every_hash_that_led_there(privacy):
    shop = privacy
    both = KnownCustomer(customer_id="C-77", emails=(EMAIL, "second.canarina@example.com"), name="Canarina",
                         store_ids=("api:*:cust-zq7",))  # fmt: skip
    shop.catalogue.put(catalogue_items((), (both,), guest_id=shop.guest_id))
    order_id = shipped(shop, "done")
    assert shop.orders.load(order_id).verified.customer_id == "C-77"
    Visitor(shop, order_id).press("orders")
    table, listed = (boto3.client("dynamodb"), "orders"), lambda email: address_hash(email, "identity key")
    DynamoMailReports(*table, listed).suppress(EMAIL, Outcome.BOUNCED, NOW)
    receipt, _ = erased(shop)
    assert receipt.accounts == (
        "that an address is not to be written to",
        "a hashed e-mail address that led to the customer",
    )
    assert EMAIL not in SuppressedAddresses(*table, listed)
    hashes = [shop.guest_id(email.lower()) for email in both.emails]
    assert [bool(shop.catalogue.fetch([("customer_email", h)])) for h in hashes] == [False, True]
    receipt, _ = erased(shop, Wanted(customer_id="C-77"))
    assert sorted(receipt.accounts) == [
        "a hashed e-mail address that led to the customer",
        "an id of the store that led to the customer",
        "how many links to the account were sent",
        "the customer in the catalogue",
    ]
    assert traces() == []
    assert [shop.catalogue.fetch([("customer_email", h)]) for h in hashes] == [{}, {}]
    seen = everything()
    assert hashes[0] not in seen


def test_what_could_not_be_read_and_was_set_aside_goes_too(privacy):
    s3 = boto3.client("s3")
    s3.put_object(Bucket=BUCKET, Key="quarantine/1", Body=b'{"email": "CANARINA.zq7@example.com", broken')
    s3.put_object(Bucket=BUCKET, Key="quarantine/2", Body=b'{"email": "other@example.com", broken')
    receipt, _ = erased(privacy)
    assert receipt.accounts == ("a delivery of a store that was set aside",)
    assert [v["Key"] for v in s3.list_object_versions(Bucket=BUCKET)["Versions"]] == ["quarantine/2"]


def test_an_export_holds_all_that_is_kept_for_programs_and_for_people(privacy):
    shop = privacy
    done, asked = shipped(shop, "done"), asked_and_cancelled(shop)
    shop.run(shop.place(simple_order("other")))
    file = zipfile.ZipFile(io.BytesIO(exported(keepers(shop), Wanted(email=EMAIL), current(), LATER, print)))
    assert sorted(file.namelist()) == sorted(["data.json", "index.html", f"orders/{done}.html", f"orders/{asked}.html"])
    data = json.loads(file.read("data.json"))
    assert {order["order_id"] for order in data["orders"]} == {done, asked}
    assert [entry["order_id"] for entry in data["account"]] == [done]
    assert "ada@example.com" not in file.read("data.json").decode()
    told = next(order for order in data["orders"] if order["order_id"] == done)
    assert json.loads(told["as_sent"])["note"] == "sing-note"
    assert told["placed"]["customer"]["phone"] == "+15024592181"
    assert sorted(d["kind"] for d in told["documents"]) == ["label", "packing_slip"]
    page = file.read(f"orders/{done}.html").decode()
    for shown in ("7742 Zwitscher Avenue", "$152.60", "The carrier took over your parcels"):
        assert shown in page
    assert "<form" not in page
    assert f'href="orders/{asked}.html"' in file.read("index.html").decode()
