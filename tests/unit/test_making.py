"""Products that are made to order: dates by the plant's calendar, materials held with the promise."""

from __future__ import annotations

from datetime import date

from order_processing.availability import Shortage, promise
from order_processing.inventory import Recipe
from order_processing.promise import Promise
from order_processing.reservation import moves
from tests.availability_orders import MONDAY_NOON, location, settings, stock, supply, verified

DESK = Recipe(sku="DESK", location="leipzig", working_days=3, materials=(("TOP", 1), ("LEG", 4)))


def promised(order, held, coming=(), recipes=(DESK,), store=None):
    outcome = promise(order, held, coming, store or settings(), ordered_at=MONDAY_NOON, recipes=recipes)
    assert isinstance(outcome, Promise), outcome
    return outcome


def materials(outcome: Promise) -> list[tuple[str, str, int]]:
    return [(a.sku, a.kind, a.quantity) for a in outcome.materials]


def test_it_is_made_in_the_plants_working_days_from_materials_that_are_held():
    found = promised(verified(("DESK", 2)), [stock("TOP", 5), stock("LEG", 9)])
    (desk,) = found.allocations
    assert (desk.sku, desk.kind, desk.quantity, desk.ship_date) == ("DESK", "production", 2, date(2026, 3, 5))
    assert desk.delivery_date == date(2026, 3, 6)
    assert materials(found) == [("TOP", "stock", 2), ("LEG", "stock", 8)]
    assert {move.sku: move.quantity for move in moves(None, found)} == {"TOP": 2, "LEG": 8}
    assert desk.reason.startswith("2 in Leipzig made from 2 Mar to 5 Mar, ")


def test_it_waits_for_materials_that_come():
    found = promised(verified(("DESK", 2)), [stock("TOP", 5), stock("LEG", 4)], [supply("LEG", 9, date(2026, 3, 6))])
    assert sorted((a.quantity, a.reason[:26]) for a in found.allocations) == [
        (1, "1 in Leipzig made from 2 M"),
        (1, "1 in Leipzig made from 9 M"),
    ]
    assert found.delivery_date == date(2026, 3, 13)  # handled on Monday the 9th, made by Thursday, there on Friday
    assert materials(found) == [("TOP", "stock", 1), ("LEG", "stock", 4), ("TOP", "stock", 1), ("LEG", "supply", 4)]


def test_finished_products_go_first():
    found = promised(verified(("DESK", 3)), [stock("DESK", 2), stock("TOP", 5), stock("LEG", 40)])
    assert sorted((a.kind, a.quantity) for a in found.allocations) == [("production", 1), ("stock", 2)]
    assert materials(found) == [("TOP", "stock", 1), ("LEG", "stock", 4)]


def test_what_is_not_made_holds_no_materials():
    held = [stock("TOP", 5), stock("LEG", 40)]
    slow = DESK.model_copy(update={"working_days": 30})
    found = promised(verified(("DESK", 1)), held, [supply("DESK", 1, date(2026, 3, 4))], (slow,))
    assert [a.kind for a in found.allocations] == ["supply"]
    assert found.materials == ()


def test_a_piece_is_never_both_made_from_and_sold():
    order = verified(("DESK", 1), ("LEG", 5))
    enough = promised(order, [stock("TOP", 1), stock("LEG", 9)])
    assert sum(a.quantity for a in (*enough.allocations, *enough.materials) if a.sku == "LEG") == 9
    short = promise(order, [stock("TOP", 1), stock("LEG", 8)], [], settings(), ordered_at=MONDAY_NOON, recipes=(DESK,))
    assert isinstance(short, Shortage)
    assert short.skus == ("LEG",)


def test_materials_elsewhere_are_not_at_the_plant():
    places = {"leipzig": location(name="Leipzig"), "louisville": location(name="Louisville")}
    held = [stock("TOP", 1), stock("LEG", 4, at="louisville")]
    outcome = promise(verified(("DESK", 1)), held, [], settings(places), ordered_at=MONDAY_NOON, recipes=(DESK,))
    assert isinstance(outcome, Shortage)
    assert outcome.skus == ("DESK",)


def test_without_materials_only_the_time_counts():
    engraving = Recipe(sku="PLATE", location="leipzig", working_days=5)
    found = promised(verified(("PLATE", 100)), [], recipes=(engraving,))
    assert (found.delivery_date, found.materials) == (date(2026, 3, 10), ())
