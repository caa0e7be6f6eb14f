"""The lives of orders that the sweep disturbs: who does what, and when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from local.senders import SECOND_STAFF_KEY
from order_processing.catalogue import Coupon, catalogue_items
from order_processing.inventory import PlannedSupply, StockCount
from order_processing.mail_reports import Outcome as Reported
from order_processing.product import Price, Product
from tests.aws.shop import Shop
from tests.faults.actions import (
    EXPIRE,
    STAGES,
    WHO,
    Action,
    api_order,
    came_back,
    cancel,
    choose,
    decide,
    handed_over,
    look_at_page,
    packed,
    place,
    shopify,
    wait,
)
from tests.faults.world import MAIN


@dataclass(frozen=True)
class Scenario:
    """One order's life.

    ends: the status that it comes to, undisturbed. setup: changes the stocked shop first.
    gives_up: the sender does not repeat a request that was not answered, so that the order may not be there at all.
    outage: a fault lasts longer than all retries: the execution fails, and is redriven.
    mended: `sweep_orders` redrives what has failed, and tells what was not heard; nobody else does.
    once: the last action is not repeated where it was not answered, so that it may not have been done at all.
    most_writes: how many writes a transaction takes, where an order is to be larger than one.
    between: what somebody does wholly between two calls of a function, by its name.
    beside: what is not compared, with the reason where it is named: attributes of the order, or a state machine.
    """

    name: str
    actions: tuple[Action, ...]
    ends: str
    setup: Callable[[Shop], None] | None = None
    gives_up: bool = False
    outage: bool = False
    mended: bool = False
    once: bool = False
    most_writes: int = 100
    between: Mapping[str, Action] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()


APP = Product(
    sku="APP-PRO",
    title="Timer app, one seat",
    digital=True,
    licence_keys=True,
    instructions="Enter the key at https://store.example.com/activate",
    tax_class="none",
    prices=(Price(currency="USD", amount=1000),),
)


def _sells_keys(shop: Shop) -> None:
    shop.catalogue.put(catalogue_items([APP], [], [], [], guest_id=shop.guest_id))
    shop.licences.add(APP.sku, [f"KEY-{n}" for n in range(4)])


def _takes_coupon(shop: Shop) -> None:
    coupon = Coupon(code="TWICE", kind="fixed_amount", amounts={"USD": 500}, uses=2)
    shop.catalogue.put(catalogue_items(coupons=[coupon], guest_id=shop.guest_id))


def _cannot_be_written_to(shop: Shop) -> None:
    shop.mail_reports.suppress(WHO, Reported.COMPLAINED, shop.now)


def _is_short_of_mugs(shop: Shop) -> None:
    """Three green mugs here, one there, and more in forty days."""
    for location, left in (("louisville", 5), ("leipzig", 2)):
        shop.inventory.count(StockCount(document="COUNT-SHORT", sku="MUG-GREEN", location=location, on_hand=left))
    late = shop.now.date() + timedelta(days=40)
    shop.inventory.plan_supply(
        PlannedSupply(document="PO-LATE", sku="MUG-GREEN", location="louisville", due_on=late, quantity=60)
    )


ONE = api_order(("TEST-123", 1, "152.60"), total="152.60")
MUGS = api_order(("MUG-GREEN", 8, "14.00"), total="112.00")
UNPRINTABLE = api_order(("TEST-123", 1, "152.60"), total="152.60")
UNPRINTABLE["shipping_address"] = UNPRINTABLE["shipping_address"] | {"name": "Canary \U00013000"}
RISKY = ONE | {"flags": ["fraud:review"]}
KEYS = api_order(("APP-PRO", 2, "10.00"), total="20.00")
KEY_AND_PARCEL = api_order(("APP-PRO", 1, "10.00"), ("TEST-123", 1, "152.60"), total="162.60")
PARCELS = api_order(("TEST-123", 20, "152.60"), total="3052.00")
SEVERAL = api_order(
    ("TEST-123", 1, "152.60"), ("MUG-BLUE", 2, "14.00"), ("MUG-GREEN", 2, "14.00"), ("BAR3", 1, "12.00"),
    ("WOO-NINJA", 1, "20.00"), total="240.60",
)  # fmt: skip
COUPON = ONE | {"total": "147.60", "discounts": [{"code": "TWICE", "amount": "5.00"}]}
COUPON["lines"] = [ONE["lines"][0] | {"discount": "5.00"}]


def scenarios() -> list[Scenario]:
    """All of them."""
    right = {"decision": "correct", "corrections": [{"path": "shipping_address.name", "value": "Ada Bell"}]}
    approve, reject = {"decision": "approve"}, {"decision": "reject", "reason": "no"}
    store_cancels = shopify(
        "shopify-3-full-note-attributes-refund", "orders/cancelled", {"cancelled_at": "2026-11-24T10:00:00-05:00"}
    )
    told = decide({"decision": "told", "by": "phone"})
    return [
        Scenario("happy path", (place(ONE),), "READY_TO_SHIP"),
        Scenario("happy path, outages and redrives", (place(ONE),), "READY_TO_SHIP", outage=True),
        Scenario("sender gives up", (place(ONE),), "READY_TO_SHIP", gives_up=True),
        Scenario("from a store", (shopify("shopify-3-full-note-attributes-refund"),), "READY_TO_SHIP"),
        Scenario("across a customs border", (shopify("shopify-6-percent-code-paid-ca"),), "READY_TO_SHIP"),
        Scenario("several parcels", (place(PARCELS),), "READY_TO_SHIP"),
        Scenario("larger than a transaction", (place(SEVERAL),), "READY_TO_SHIP", most_writes=5),
        Scenario("larger, cancelled", (place(SEVERAL), cancel("ConfirmOrder")), "CANCELLED", most_writes=5),
        Scenario("licence keys", (place(KEYS),), "READY_TO_SHIP", setup=_sells_keys),
        Scenario("a key and a parcel", (place(KEY_AND_PARCEL),), "READY_TO_SHIP", setup=_sells_keys),
        Scenario("a coupon, cancelled", (place(COUPON), cancel("ConfirmOrder")), "CANCELLED", setup=_takes_coupon),
        Scenario("correction", (place(UNPRINTABLE), decide(right)), "READY_TO_SHIP"),
        Scenario("correction, expired", (place(UNPRINTABLE), wait(259_300), EXPIRE), "EXPIRED"),
        Scenario("correction, cancelled", (place(UNPRINTABLE), cancel()), "CANCELLED"),
        Scenario(
            "offer, chosen", (place(MUGS), look_at_page(), choose("in_parts")), "READY_TO_SHIP", setup=_is_short_of_mugs
        ),
        Scenario("offer, expired", (place(MUGS), wait(259_300), EXPIRE), "EXPIRED", setup=_is_short_of_mugs),
        Scenario("offer, cancelled", (place(MUGS), cancel()), "CANCELLED", setup=_is_short_of_mugs),
        Scenario(
            "approval by two", (place(RISKY), decide(approve), decide(approve, SECOND_STAFF_KEY)), "READY_TO_SHIP"
        ),
        Scenario("approval, refused", (place(RISKY), decide(reject)), "REJECTED"),
        Scenario("approval, cancelled", (place(RISKY), cancel()), "CANCELLED"),
        Scenario("told by staff", (place(ONE), told), "READY_TO_SHIP", setup=_cannot_be_written_to),
        Scenario("rejected", (shopify("shopify-1-webhook-test-discount20"),), "REJECTED"),
        *(Scenario(f"cancelled before {stage}", (place(ONE), cancel(stage)), "CANCELLED") for stage in STAGES),
        Scenario("cancelled when ready", (place(ONE), cancel()), "CANCELLED"),
        *_interrupted(),
        *_beside_the_path(),
        Scenario(
            "cancelled by the store", (shopify("shopify-3-full-note-attributes-refund"), store_cancels), "CANCELLED"
        ),
    ]


def _interrupted() -> list[Scenario]:
    """Something else is done wholly between two calls, at each call of each function."""
    right = {"decision": "correct", "corrections": [{"path": "shipping_address.name", "value": "Ada Bell"}]}
    approve, reject = {"decision": "approve"}, {"decision": "reject", "reason": "no"}
    cancels = {"between, customer cancels": cancel()}
    store = "shopify-3-full-note-attributes-refund"
    changed = {"updated_at": "2026-11-24T10:30:00-05:00", "note": "Leave it at the door"}
    return [
        Scenario("interrupted: cancelled", (place(ONE),), "READY_TO_SHIP", between=cancels),
        Scenario("interrupted: keys, cancelled", (place(KEYS),), "READY_TO_SHIP", setup=_sells_keys, between=cancels),
        Scenario("interrupted: larger, cancelled", (place(SEVERAL),), "READY_TO_SHIP", most_writes=5, between=cancels),
        Scenario(
            "interrupted: changed by the store",
            (shopify(store),),
            "READY_TO_SHIP",
            between={"between, store changes": shopify(store, "orders/updated", changed)},
        ),
        Scenario(
            "interrupted: corrected by staff",
            (place(UNPRINTABLE), decide(right)),
            "READY_TO_SHIP",
            between={"between, staff corrects": decide(right)},
            beside=frozenset({"question"}),  # who has answered need not be asked any more
        ),
        Scenario(
            "interrupted: offer, cancelled",
            (place(MUGS), look_at_page(), choose("in_parts")),
            "READY_TO_SHIP",
            setup=_is_short_of_mugs,
            between=cancels,
            beside=frozenset({"question"}),  # asked or being asked when that came: it ended, and nobody answers it
        ),
        Scenario(
            "interrupted: offer, expired",
            (place(MUGS), look_at_page(), choose("in_parts")),
            "READY_TO_SHIP",
            setup=_is_short_of_mugs,
            between={"between, expires": EXPIRE},
        ),
        Scenario(
            "interrupted: approved by another",
            (place(RISKY), decide(approve), decide(approve, SECOND_STAFF_KEY)),
            "READY_TO_SHIP",
            between={"between, another approves": decide(approve, SECOND_STAFF_KEY)},
        ),
        Scenario(
            "interrupted: refused by another",
            (place(RISKY), decide(approve), decide(approve, SECOND_STAFF_KEY)),
            "READY_TO_SHIP",
            between={"between, another refuses": decide(reject, SECOND_STAFF_KEY)},
        ),
    ]


def _beside_the_path() -> list[Scenario]:
    """What has effects on orders and is no stage."""
    right = {"decision": "correct", "corrections": [{"path": "shipping_address.name", "value": "Ada Bell"}]}
    corrected = (place(UNPRINTABLE), decide(right))
    return [
        # An order that is ready is settled, also where its execution fails after that: it is on the list of failures.
        Scenario("mended: outages", (place(ONE),), "READY_TO_SHIP", outage=True, mended=True, beside=frozenset({MAIN})),
        Scenario("mended: corrected once", corrected, "READY_TO_SHIP", mended=True, once=True),
        Scenario("mended: cancelled once", (place(UNPRINTABLE), cancel()), "CANCELLED", mended=True, once=True),
        Scenario("warehouse: handed over", (place(ONE), packed(), handed_over()), "READY_TO_SHIP"),
        Scenario(
            "warehouse: a parcel of two",
            (place(PARCELS), packed(), handed_over(), packed(1), handed_over(1)),
            "READY_TO_SHIP",
        ),
        Scenario("warehouse: cancelled", (place(ONE), packed(), cancel(), handed_over()), "CANCELLED"),
        Scenario("confirmation came back", (place(ONE), came_back("confirmation")), "READY_TO_SHIP"),
    ]
