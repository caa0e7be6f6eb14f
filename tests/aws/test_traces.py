"""Runs of the real stages on the real adapters, each change of the order noted, replayed against the specification."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from order_processing.cancellation import BY_CUSTOMER, CannotCancel, cancel
from order_processing.discrepancy import Correction
from order_processing.errors import OrderNotFound, TurnOff
from order_processing.order import Line, Order
from order_processing.order_parts import Answer
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_stages import simple_order
from tests.clients import Cut, CutClient
from tests.model.checker import follows
from tests.model.observed import observed
from tests.model.order_life import C, Life, Seen, seen
from tests.orders import an_order


class Noting:
    """Makes clients after each of whose calls to DynamoDB the order is looked at."""

    def __init__(self) -> None:
        self.shop = Shop()
        self.order_id = ""
        self.trace: list[Seen] = []

    def __call__(self, service: str) -> Any:
        return _Noted(CutClient(service), self)

    def look(self) -> None:
        try:
            now = observed(self.shop.orders.load(self.order_id)) if self.order_id else Seen("RECEIVED")
        except OrderNotFound:
            return
        if not self.trace or self.trace[-1] != now:
            self.trace.append(now)


class _Noted:
    def __init__(self, client: Any, noting: Noting) -> None:
        self._client, self._noting = client, noting

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if not callable(found) or name == "get_paginator":
            return found

        def noted(*args: Any, **kwargs: Any) -> Any:
            try:
                return found(*args, **kwargs)
            finally:
                self._noting.look()

        return noted


@pytest.fixture
def noting(shop: Shop) -> Noting:
    CutClient.cut_at = 0
    return Noting()


def replayed(noting: Noting, asks: str = "", faults: int = 1) -> None:
    fits, wrong = follows(Life(faults=faults, asks=asks).specification(), seen, noting.trace)
    assert fits, f"{wrong} in {noting.trace}"


def placed(noting: Noting, order: Order | None = None) -> Shop:
    shop = Shop(client=noting)
    noting.order_id = shop.place(order or simple_order())
    noting.look()
    return shop


def test_the_happy_path_is_one_of_the_specifications(noting):
    placed(noting).run(noting.order_id)
    assert noting.trace[-1].status == "READY_TO_SHIP"
    assert len(noting.trace) == 7
    replayed(noting)


@pytest.mark.parametrize("after", [False, True])
def test_so_is_each_run_that_was_cut_and_run_again(noting, after):
    at = 0
    while True:
        at += 1
        noting.trace, noting.order_id = [], ""
        shop = placed(noting, simple_order(f"cut-{after}-{at}"))
        CutClient.calls, CutClient.cut_at, CutClient.after = 0, at, after
        try:
            shop.run(noting.order_id)
        except Cut:
            CutClient.cut_at = 0
            shop.run(noting.order_id)
            replayed(noting)
        else:
            CutClient.cut_at = 0
            break
    assert at > 10


def test_so_is_each_cancellation_between_two_stages(noting):
    for before in range(6):
        noting.trace, noting.order_id = [], ""
        shop = placed(noting, simple_order(f"cancelled-{before}"))
        try:
            for number, stage in enumerate([*shop.stages, lambda _: None]):
                if number == before:
                    cancel(noting.order_id, orders=shop.orders, executions=shop, reason=BY_CUSTOMER, now=NOW)
                stage(noting.order_id)
        except TurnOff as turn:
            shop.turn_off(noting.order_id, turn)
        except CannotCancel:
            continue
        assert noting.trace[-1] == noting.trace[-1]._replace(status="CANCELLED", held=False, told=True)
        replayed(noting)


def test_so_is_a_question_that_is_answered_and_one_that_nobody_answers(noting):
    line = Line(line_id="1", sku="NO-SUCH-SKU", title="Test Product", quantity=1, unit_price=15260)
    for answered in (True, False):
        noting.trace, noting.order_id = [], ""
        shop = placed(noting, an_order(f"asked-{answered}", lines=(line,), total=15260))
        shop.run(noting.order_id)
        if answered:
            correction = Correction(path="lines[0].sku", found="NO-SUCH-SKU", value="TEST-123")
            stored = shop.orders.load(noting.order_id)
            shop.orders.answer(stored, Answer(actor="staff: eve", at=NOW, corrections=(correction,)))
            shop.run(noting.order_id)
        else:
            shop.end(noting.order_id, Status.EXPIRED)
        assert noting.trace[-1].status == ("READY_TO_SHIP" if answered else "EXPIRED")
        replayed(noting, asks=C)


def test_a_run_that_leaves_the_specification_is_found(noting):
    """A head that is written behind everybody's back, as by a stage that forgot its condition."""
    shop = placed(noting)
    shop.run(noting.order_id)
    boto3.client("dynamodb").update_item(
        TableName="orders",
        Key={"order_id": {"S": noting.order_id}, "part": {"S": "order"}},
        UpdateExpression="SET #status = :status",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={":status": {"S": "EXPIRED"}},
    )
    noting.look()
    fits, _ = follows(Life(faults=1).specification(), seen, noting.trace)
    assert not fits
