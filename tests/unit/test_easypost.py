"""EasyPost's adapter against what EasyPost answered when it was recorded: what is sent, read, refused and retried."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from order_processing.adapters.easypost import _SOLD_BEFORE, EasyPost
from order_processing.adapters.easypost_shipment import shipment_body
from order_processing.carriers import CarrierUnavailable, Consignment
from order_processing.customs import declared
from order_processing.errors import DeliveryRefused
from order_processing.order import Address
from tests.afresh import printed_afresh
from tests.delivery_orders import BEANIE, LOUISVILLE, SETTINGS, packed, verified_order
from tests.easypost_server import KEY, RECORDED, Account, easypost

OTTAWA = Address(
    name="Jane Smith", line1="123 Fake Street", city="Ottawa", region="ON", postal_code="K2P 1L4", country="CA"
)
SENDER = SETTINGS.locations["louisville"].address


def consignment(recipient: Address = LOUISVILLE, service: str = "", days: int | None = 3) -> Consignment:
    verified = verified_order((BEANIE.model_copy(update={"hs_code": "650500", "origin": "PT"}), 2), address=recipient)
    shipments = packed(verified).shipments
    (parcel,) = shipments[0].parcels
    abroad = recipient.country != SENDER.country
    return Consignment(
        reference=parcel.sscc,
        sender=SENDER,
        recipient=recipient,
        phone=recipient.phone,
        parcel=parcel,
        service=service,
        days=days,
        declaration=declared(parcel, shipments, verified, SETTINGS) if abroad else None,
    )


@pytest.fixture
def account() -> Iterator[Account]:
    with easypost() as made:
        yield made


def carrier(account: Account, *keys: str) -> EasyPost:
    return EasyPost(lambda: keys or (KEY,), account.url, seconds=5)


def test_a_shipment_has_the_fields_that_the_recorded_one_has() -> None:
    recorded = RECORDED["create"]["request"]["shipment"]
    ours = shipment_body(consignment(OTTAWA))["shipment"]
    assert ours.keys() <= recorded.keys()
    for part in ("to_address", "from_address", "parcel"):
        assert ours[part].keys() <= recorded[part].keys() | {"company"}
    assert recorded["customs_info"].keys() - {"contents_explanation"} <= ours["customs_info"].keys()
    item = ours["customs_info"]["customs_items"][0]
    assert recorded["customs_info"]["customs_items"][0].keys() <= item.keys()
    assert (item["quantity"], item["value"], item["hs_tariff_number"], item["origin_country"]) == (
        2, 39.98, "650500", "PT",
    )  # fmt: skip
    assert "customs_info" not in shipment_body(consignment())["shipment"]


def test_sizes_and_weights_are_never_understated() -> None:
    parcel = consignment().parcel.model_copy(update={"size_mm": (254, 255, 20), "weight_g": 1000})
    sent = shipment_body(consignment().model_copy(update={"parcel": parcel}))["shipment"]["parcel"]
    assert sent == {"length": 10.1, "width": 10.0, "height": 0.8, "weight": 35.3}


def test_quotes_are_what_the_services_ask_and_how_long_they_take(account: Account) -> None:
    quotes = carrier(account).quotes(consignment())
    assert [(q.service, q.price, q.currency, q.transit_days) for q in quotes] == [
        ("USPS/Express", 3415, "USD", 1),
        ("USPS/Priority", 742, "USD", 2),
        ("USPS/GroundAdvantage", 607, "USD", 3),
    ]
    assert account.bought == []


@pytest.mark.parametrize(
    ("service", "days", "bought"),
    [
        ("usps/priority", 3, "Priority"),
        ("", 3, "GroundAdvantage"),
        ("", 2, "Priority"),
        ("", 0, "Express"),
        ("", None, "GroundAdvantage"),
    ],
)
def test_the_service_named_is_bought_or_the_cheapest_that_is_in_time(
    account: Account, service: str, days: int | None, bought: str
) -> None:
    wanted = consignment(service=service, days=days)
    label_id = carrier(account).draw_up(wanted)
    postage = carrier(account).buy(label_id, wanted)
    assert account.shipments[label_id]["selected_rate"]["service"] == bought
    assert postage.tracking_number == account.shipments[label_id]["tracking_code"]
    assert postage.tracking_url == RECORDED["buy"]["answer"]["tracker"]["public_url"]
    assert postage.labels == {"application/pdf": f"a label: /files/{label_id}.pdf".encode()}


def test_one_reference_is_one_shipment_and_is_sold_once(account: Account) -> None:
    wanted = consignment().model_copy(update={"zpl": True})
    ids = {carrier(account).draw_up(wanted) for _ in range(3)}
    assert len(ids) == len(account.shipments) == 1
    (label_id,) = ids
    first, second = (carrier(account).buy(label_id, wanted) for _ in range(2))
    assert first == second
    assert account.bought == [label_id]
    assert set(first.labels) == {"application/pdf", "application/zpl"}


def test_of_two_that_buy_at_once_the_second_gets_what_the_first_bought(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = consignment()
    label_id = carrier(account).draw_up(wanted)
    second = carrier(account)
    looked = second._shipment(label_id)
    carrier(account).buy(label_id, wanted)
    answers = iter([looked])
    seen = second._shipment
    monkeypatch.setattr(second, "_shipment", lambda name: next(answers, None) or seen(name))
    assert second.buy(label_id, wanted).tracking_number
    assert account.bought == [label_id]


class Refusing(EasyPost):
    """A carrier, without a server, that refuses to sell; a second look shows the shipment as sold."""

    def __init__(self, code: str) -> None:
        super().__init__(lambda: (KEY,), "https://easypost.invalid", seconds=1)
        self.looks = [RECORDED["create"]["answer"], RECORDED["buy"]["answer"]]
        self.code = code

    def _shipment(self, label_id: str) -> dict[str, Any]:
        return self.looks.pop(0)

    def _call(self, method: str, path: str, *rest: Any, **more: Any) -> Any:
        raise DeliveryRefused(self.code, path)

    def _labels(self, *_: Any) -> dict[str, bytes]:
        return {}


def test_only_a_refusal_that_says_that_it_is_sold_is_taken_for_a_sale() -> None:
    sold = Refusing(_SOLD_BEFORE).buy("shp", consignment())
    assert sold.tracking_number == RECORDED["buy"]["answer"]["tracking_code"]
    with pytest.raises(DeliveryRefused, match="INSUFFICIENT_FUNDS"):
        Refusing("INSUFFICIENT_FUNDS").buy("shp", consignment())


def test_a_label_is_given_back_once_and_only_if_it_was_bought(account: Account) -> None:
    wanted = consignment()
    label_id = carrier(account).draw_up(wanted)
    carrier(account).void(label_id)
    assert account.refunded == []
    carrier(account).buy(label_id, wanted)
    for _ in range(2):
        carrier(account).void(label_id)
    assert account.refunded == [label_id]
    with pytest.raises(DeliveryRefused, match="LABEL_GIVEN_BACK"):
        carrier(account).buy(label_id, wanted)


def test_two_keys_may_be_valid_while_one_replaces_the_other(account: Account) -> None:
    assert carrier(account, "EZTK-old", KEY).draw_up(consignment())
    with pytest.raises(DeliveryRefused, match=r"^CARRIER_KEY_REFUSED"):
        carrier(account, "EZTK-old").draw_up(consignment())


@pytest.mark.parametrize(
    ("status", "told", "error", "says"),
    [
        (503, {}, CarrierUnavailable, "EasyPost answered 503"),
        (429, {}, CarrierUnavailable, "EasyPost answered 429"),
        (502, b"<html>", CarrierUnavailable, "EasyPost answered 502"),
        (200, b"<html>", CarrierUnavailable, "not JSON"),
        (422, {"error": {"code": "SHIPMENT.POSTAGE.TIMED_OUT"}}, CarrierUnavailable, "TIMED_OUT"),
        (422, RECORDED["error"]["answer"], DeliveryRefused, "^PARAMETER.REQUIRED: shipment$"),
        (402, {"error": {"code": "PAYMENT_REQUIRED", "message": "Jane Smith", "errors": []}}, DeliveryRefused,
         "^PAYMENT_REQUIRED: EasyPost answered 402$"),
        (422, {"error": "a text"}, DeliveryRefused, "^HTTP_422"),
    ],
)  # fmt: skip
def test_what_passes_is_told_apart_from_what_staff_must_mend(
    account: Account, status: int, told: object, error: type[Exception], says: str
) -> None:
    account.refusal = (status, told)
    with pytest.raises(error, match=says):
        carrier(account).draw_up(consignment())


def test_a_carrier_that_cannot_be_reached_is_asked_again_later() -> None:
    nobody = EasyPost(lambda: (KEY,), "http://127.0.0.1:9", seconds=1)
    with pytest.raises(CarrierUnavailable, match="did not answer"):
        nobody.draw_up(consignment())


def test_a_service_that_is_not_offered_is_refused_with_what_is(account: Account) -> None:
    wanted = consignment(service="UPS/Ground")
    label_id = carrier(account).draw_up(wanted)
    with pytest.raises(DeliveryRefused, match=r"^CARRIER_SERVICE_MISSING: carrier_service: UPS/Ground, .*USPS/Express"):
        carrier(account).buy(label_id, wanted)
    assert account.bought == []


def test_a_labels_file_is_fetched_from_easyposts_storage_alone(account: Account) -> None:
    wanted = consignment()
    label_id = carrier(account).draw_up(wanted)
    carrier(account).buy(label_id, wanted)
    account.shipments[label_id]["postage_label"]["label_url"] = "http://169.254.169.254/latest/meta-data/label.pdf"
    with pytest.raises(DeliveryRefused, match="LABEL_ADDRESS_UNKNOWN"):
        carrier(account).buy(label_id, wanted)


def test_functions_with_our_own_labels_import_nothing_of_a_carriers() -> None:
    code = "import sys; from order_processing.{}; print({!r} in sys.modules, {!r} in sys.modules)"
    adapter, port = "order_processing.adapters.easypost", "order_processing.carriers"
    assert printed_afresh(code.format("adapters.carriers import Accounts", adapter, port)) == ["False", "False"]
    assert printed_afresh(code.format("stages.end_order import end_order", adapter, port)) == ["False", "False"]
    assert printed_afresh(code.format("stages.prepare_delivery import prepare_delivery", adapter, "urllib3")) == [
        "False", "False",
    ]  # fmt: skip
