"""Licence keys on the deployed stack, with each function's own rights: stock, pool, mail and the inventory after it."""

from __future__ import annotations

from local import wait_for
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.licences import DynamoLicences
from order_processing.catalogue import catalogue_items
from order_processing.product import Price, Product
from tests.stack.senders import api_order, place, status

SKU = "APP-STACK"


def ready(stack, receipt):
    def look():
        seen = status(stack, receipt).json()
        return seen if seen["status"] == "READY_TO_SHIP" else None

    return wait_for(look, seconds=60, what=f"order {receipt['number']} to be ready")


def test_an_order_of_a_key_is_handed_out_by_mail_and_leaves_the_inventory(stack):
    dynamodb = stack.client("dynamodb")
    app = Product(
        sku=SKU,
        title="Timer app",
        digital=True,
        licence_keys=True,
        tax_class="none",
        prices=(Price(currency="USD", amount=15260),),
    )
    DynamoCatalogue(dynamodb, stack.outputs["CatalogueTable"]).put(
        catalogue_items([app], [], [], [], guest_id=lambda email: email)
    )
    inventory = stack.outputs["InventoryTable"]
    DynamoLicences(dynamodb, stack.outputs["LicencesTable"], inventory_table=inventory).add(SKU, ["STACK-KEY-1"])
    receipt = place(stack, api_order("digital-key", sku=SKU)).json()
    seen = ready(stack, receipt)
    assert seen["by_email"]["lines"] == [{"sku": SKU, "description": "Timer app", "quantity": 1}]
    assert seen["parcels"] == []
    mails = wait_for(
        lambda: [mail for mail in stack.mails("digital-key@example.com") if "STACK-KEY-1" in mail.text],
        what="the mail with the key",
    )
    assert len(mails) == 1

    def gone():
        (held,) = DynamoInventory(dynamodb, inventory).read([SKU])[0]
        return (held.available, held.reserved) == (0, 0)

    wait_for(gone, what="the key to leave the inventory")
    assert not any("STACK-KEY" in line for line in stack.logs())
