"""Labels of a real carrier on an order's way: bought once however a run is cut, and given back with the order."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest

from order_processing import postage, settings
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.easypost import EasyPost
from order_processing.api_order import show
from order_processing.carriers import CarrierUnavailable, Consignment
from order_processing.delivery import Parcel
from order_processing.errors import DeliveryRefused, OrderChanged, OrderEnded
from order_processing.mail.progress import ready
from order_processing.order_parts import Reason
from order_processing.status import Status
from order_processing.voiding import void_labels
from tests.aws.shop import BUCKET, NOW, Shop
from tests.aws.test_stages import Cut, CutClient, simple_order
from tests.easypost_server import KEY, Account, easypost

WHY = Reason(code="CANCELLED_BY_CUSTOMER", text="cancelled")


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with the carrier."""
    with easypost() as made:
        yield made


def with_carrier(shop: Shop, account: Account) -> Shop:
    """The shop, whose standard service buys its labels from the account."""
    known = settings.current()
    standard = known.services["standard"].model_copy(update={"labels": "easypost"})
    shop.settings = known.model_copy(update={"services": known.services | {"standard": standard}})
    shop.carriers = lambda name: EasyPost(lambda: (KEY,), account.url, seconds=5)
    return shop


def recorded(shop: Shop, key: str) -> str:
    """An order that waits for the last stage."""
    order_id = shop.place(simple_order(key))
    for stage in shop.stages[:4]:
        stage(order_id)
    return order_id


def cancelled(shop: Shop, order_id: str) -> None:
    """As a cancellation after the confirmation leaves an order."""
    shop.orders.release(shop.orders.load(order_id), Status.CANCELLED, at=NOW, reason=WHY)


def test_the_carriers_label_and_number_are_kept_with_the_order(shop: Shop, account: Account) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    for _ in range(2):
        shop.prepare(order_id)
    stored = shop.orders.load(order_id)
    (parcel,) = stored.delivery.shipments[0].parcels
    (shipment,) = account.shipments.values()
    assert len(account.bought) == 1
    assert shipment["reference"] == parcel.sscc
    assert parcel.tracking == shipment["tracking_code"]
    assert parcel.tracking_url.startswith("https://track.easypost.com/")
    entry = DynamoAccounts(boto3.client("dynamodb"), "accounts").entry(stored.verified.customer_id, order_id)
    assert entry.tracking == ((parcel.tracking_number, parcel.tracking_url),)
    shown = show(stored)["parcels"][0]
    assert (shown["tracking_number"], shown["tracking_url"]) == (parcel.tracking_number, parcel.tracking_url)
    mail = ready(order_id, stored.verified, stored.promise, stored.delivery, settings.current(), "https://s.example")
    assert parcel.tracking_number in mail.text
    assert parcel.tracking_url in mail.text
    label = boto3.client("s3").get_object(Bucket=BUCKET, Key=f"orders/{order_id}/label-1.pdf")
    assert label["Body"].read() == f"a label: /files/{shipment['id']}.pdf".encode()
    assert sorted(document.kind for document in stored.delivery.documents) == ["label", "packing_slip"]


def test_a_run_cut_at_any_call_to_aws_or_to_the_carrier_buys_each_label_once(
    shop: Shop, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_carrier(shop, account)
    cutting = with_carrier(Shop(client=CutClient), account)
    send = EasyPost._send

    def cutting_send(self: EasyPost, *args: object) -> object:
        CutClient.calls += 1
        if CutClient.calls != CutClient.cut_at:
            return send(self, *args)
        if CutClient.after:
            send(self, *args)
        raise Cut

    monkeypatch.setattr(EasyPost, "_send", cutting_send)
    orders = 0
    for after in (False, True):
        cut_at = 0
        while True:
            cut_at += 1
            CutClient.cut_at = 0
            order_id = recorded(shop, f"cut-{after}-{cut_at}")
            CutClient.calls, CutClient.cut_at, CutClient.after = 0, cut_at, after
            orders += 1
            try:
                cutting.prepare(order_id)
            except Cut:
                CutClient.cut_at = 0
                shop.prepare(order_id)
            else:
                break
            assert shop.orders.load(order_id).status is Status.READY_TO_SHIP
            assert len(account.bought) == len(set(account.bought)) == len(account.shipments) == orders
    assert orders > 20


def heavier(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a parcel of the same order weighs more, as when it is packed anew for another promise."""
    consignments = postage._consignments

    def more(*args: object) -> list[Consignment]:
        return [c.model_copy(update={"parcel": _more(c.parcel)}) for c in consignments(*args)]

    def _more(parcel: Parcel) -> Parcel:
        return parcel.model_copy(update={"weight_g": parcel.weight_g + 500})

    monkeypatch.setattr(postage, "_consignments", more)


def test_a_parcel_that_is_not_what_it_was_gets_another_label_and_the_old_one_is_given_back(
    shop: Shop, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    ready_to_ship = shop.orders.ready
    shop.orders.ready = lambda *_, **__: (_ for _ in ()).throw(Cut)
    with pytest.raises(Cut):
        shop.prepare(order_id)
    shop.orders.ready = ready_to_ship
    heavier(shop, monkeypatch)
    for _ in range(2):
        shop.prepare(order_id)
    (first, second) = account.bought
    assert account.refunded == [first]
    stored = shop.orders.load(order_id)
    assert [purchase.label_id for purchase in stored.purchases] == [second]
    assert stored.delivery.shipments[0].parcels[0].tracking == account.shipments[second]["tracking_code"]


def test_nothing_is_bought_for_an_order_that_was_cancelled_before(shop: Shop, account: Account) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    loaded = shop.orders.load(order_id)
    cancelled(shop, order_id)
    shop.orders.load = lambda _: loaded  # as seen just before the cancellation
    with pytest.raises(OrderChanged):
        shop.prepare(order_id)
    assert account.bought == []


def test_a_cancelled_orders_labels_are_given_back_once(shop: Shop, account: Account) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    shop.prepare(order_id)
    with pytest.raises(ValueError, match="only an ended order's labels are given back"):
        void_labels(order_id, orders=shop.orders, carriers=shop.carriers)
    cancelled(shop, order_id)
    for _ in range(2):
        shop.end(order_id, Status.CANCELLED)
        assert void_labels(order_id, orders=shop.orders, carriers=shop.carriers) == 1
    assert account.refunded == account.bought


def test_a_label_bought_while_the_order_was_being_cancelled_is_given_back_by_the_stage(
    shop: Shop, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    buy = EasyPost.buy

    def cancelling(self: EasyPost, *args: object) -> object:
        cancelled(shop, order_id)
        void_labels(order_id, orders=shop.orders, carriers=shop.carriers)
        return buy(self, *args)

    monkeypatch.setattr(EasyPost, "buy", cancelling)
    with pytest.raises(OrderChanged):
        shop.prepare(order_id)
    assert (len(account.bought), account.refunded) == (1, [])
    with pytest.raises(OrderEnded):
        shop.prepare(order_id)
    assert account.refunded == account.bought


def test_what_passes_is_a_fault_and_what_staff_must_mend_is_told_by_name(shop: Shop, account: Account) -> None:
    order_id = recorded(with_carrier(shop, account), "1")
    account.refusal = (503, {})
    with pytest.raises(CarrierUnavailable):
        shop.prepare(order_id)
    account.refusal = (422, {"error": {"code": "SHIPMENT.INVALID_PARAMS", "errors": [{"field": "to_address.zip"}]}})
    with pytest.raises(DeliveryRefused, match=r"^SHIPMENT\.INVALID_PARAMS: to_address\.zip$"):
        shop.prepare(order_id)
    account.refusal = None
    shop.prepare(order_id)
    assert shop.orders.load(order_id).status is Status.READY_TO_SHIP


def test_an_order_with_our_own_labels_asks_no_carrier(shop: Shop) -> None:
    order_id = recorded(shop, "1")
    shop.prepare(order_id)
    stored = shop.orders.load(order_id)
    assert stored.purchases == ()
    assert stored.delivery.shipments[0].parcels[0].tracking == stored.delivery.shipments[0].parcels[0].sscc
