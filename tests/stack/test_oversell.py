"""Many orders at once for the last pieces of a few products: all pieces go, and none goes twice."""

from __future__ import annotations

from tests.load.rush import Rush, check, run


def test_of_more_orders_than_pieces_as_many_are_reserved_as_there_are_pieces(stack):
    rush = Rush(orders=300, processes=8, pieces={"LAST-1": 41, "LAST-2": 40, "LAST-3": 39}, buckets=4, later=10)
    check(stack, rush, run(stack, rush))
