"""Documents for staff: short-lived links, kept as long as they must be, and labels for parcels that come back."""

from __future__ import annotations

import hashlib
import json
from io import BytesIO

import boto3
import pypdfium2
import pytest
import zxingcpp

from order_processing import sscc
from order_processing.order import Address
from order_processing.stored_order import StoredOrder
from tests.aws.shop import BUCKET, Shop
from tests.aws.test_stages import simple_order
from tests.aws.test_warehouse import Warehouse, said
from tests.template import template

OTTAWA = Address(
    name="Jane Smith", line1="123 Fake Street", city="Ottawa", region="ON", postal_code="K2P 1L4", country="CA"
)


@pytest.fixture
def warehouse(shop: Shop) -> Warehouse:
    return Warehouse(shop)


def ready(shop: Shop, key: str = "1", **changes: object) -> StoredOrder:
    return shop.run(shop.place(simple_order(key, **changes)))


def body(key: str) -> bytes:
    return bytes(boto3.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read())


def tag(key: str) -> dict[str, str]:
    tags = boto3.client("s3").get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
    return {each["Key"]: each["Value"] for each in tags}


def test_staff_get_every_document_by_a_link_that_ends_and_nobody_else_does(shop: Shop, warehouse: Warehouse) -> None:
    stored = ready(shop)
    told = said(warehouse.door.documents(stored.order_id, warehouse.request()))
    assert [document["kind"] for document in told["documents"]] == ["label", "packing_slip"]
    for document, kept in zip(told["documents"], stored.delivery.documents, strict=True):
        assert document["sha256"] == kept.sha256 == hashlib.sha256(body(kept.key)).hexdigest()
        assert "X-Amz-Expires=600" in document["link"] or "Expires=" in document["link"]
    for bearer in ("", "staff-key", "wrong"):
        assert warehouse.door.documents(stored.order_id, warehouse.request(bearer=bearer)).status == 401
        assert warehouse.door.return_label(stored.order_id, warehouse.request(bearer=bearer)).status == 401
    assert warehouse.door.documents("nonsense", warehouse.request()).status == 400


def test_a_return_label_leads_back_under_a_number_of_its_own_and_is_the_same_when_made_again(
    shop: Shop, warehouse: Warehouse
) -> None:
    stored = ready(shop)
    first, second = (said(warehouse.door.return_label(stored.order_id, warehouse.request())) for _ in range(2))
    assert (first["sscc"], first["sha256"]) == (second["sscc"], second["sha256"])
    (parcel,) = stored.delivery.shipments[0].parcels
    assert first["sscc"] != parcel.sscc
    page = pypdfium2.PdfDocument(BytesIO(body(f"orders/{stored.order_id}/return-label-1.pdf")))[0]
    codes = {code.text for code in zxingcpp.read_barcodes(page.render(scale=203 / 72).to_pil())}
    assert {sscc.human_readable(first["sscc"]), "(421)84040219"} <= codes


@pytest.mark.parametrize(("parcel", "code", "status"), [("2", "NO_SUCH_PARCEL", 404), ("x", "PARCEL_INVALID", 400)])
def test_a_return_label_for_a_parcel_that_is_not_there_is_refused(
    shop: Shop, warehouse: Warehouse, parcel: str, code: str, status: int
) -> None:
    answer = warehouse.door.return_label(ready(shop).order_id, warehouse.request(parcel=parcel))
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)


def test_nothing_comes_back_of_an_order_that_is_not_ready(shop: Shop, warehouse: Warehouse) -> None:
    order_id = shop.place(simple_order())
    answer = warehouse.door.return_label(order_id, warehouse.request())
    assert (answer.status, json.loads(answer.body)["code"]) == (409, "NOT_READY")
    assert said(warehouse.door.documents(order_id, warehouse.request()))["documents"] == []


def test_each_document_says_how_long_it_is_kept_and_the_bucket_has_a_rule_for_it(shop: Shop) -> None:
    stored = ready(shop, shipping_address=OTTAWA)
    tags = {document.kind: tag(document.key) for document in stored.delivery.documents}
    assert tags == {
        "label": {"retention": "shipping"},
        "packing_slip": {"retention": "shipping"},
        "customs_declaration": {"retention": "customs"},
        "commercial_invoice": {"retention": "customs"},
    }
    rules = template()["Resources"]["DocumentsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    tagged = [(rule["TagFilters"][0], rule["ExpirationInDays"]) for rule in rules if "TagFilters" in rule]
    days = {of["Value"]: kept for of, kept in tagged if of["Key"] == "retention"}
    assert days == {"shipping": 400, "customs": 3660}
