"""Counts, plans and receipts for a shop in one process, and the queue that has its promises looked at."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import date
from typing import Any

import boto3

from order_processing.adapters.renewals import DynamoPromisedSupply, DynamoRenewals
from order_processing.inventory import PlannedSupply, Receipt, StockCount
from order_processing.inventory_documents import Concern, Document, Result, take_in
from order_processing.settings import current
from order_processing.stages.renew_promises import find_untrue_promises, renew_promise
from tests.aws.shop import Shop

PLACE = "louisville"


class Supplier:
    """Sends documents to a shop. looked_at: the orders that were looked at, in sequence."""

    def __init__(self, shop: Shop, client: Any = boto3.client) -> None:
        self.shop = shop
        dynamodb, names = client("dynamodb"), shop.tables
        tables = {"inventory_table": names["inventory"], "accounts_table": names["accounts"]}
        self.renewals = DynamoRenewals(dynamodb, names["orders"], **tables)
        self.inventory = DynamoPromisedSupply(dynamodb, names["inventory"])
        self.queue: deque[Concern | str] = deque()
        self.looked_at: list[str] = []
        self.numbers = 0

    def send(self, *documents: Document) -> list[Result]:
        """Take in documents, and have everything looked at that they concern."""
        results = take_in(documents, books=self.inventory, look_at=self.queue.extend)
        self.work()
        return results

    def work(self) -> None:
        while self.queue:
            message = self.queue.popleft()
            if isinstance(message, Concern):
                self.find(message)
            else:
                self.looked_at.append(message)
                self.renew(message)

    def find(self, concern: Concern) -> None:
        def look_at(sku: str, order_ids: Sequence[str]) -> None:
            assert sku == concern.sku
            self.queue.extend(order_ids)

        find_untrue_promises(
            concern,
            orders=self.shop.orders,
            renewals=self.renewals,
            inventory=self.inventory,
            settings=current(),
            look_at=look_at,
        )

    def renew(self, order_id: str) -> None:
        renew_promise(
            order_id,
            orders=self.shop.orders,
            renewals=self.renewals,
            inventory=self.inventory,
            post=self.shop.post,
            unreached=self.shop.unreached,
            settings=current(),
            status_url=self.shop.status_url,
            prepare=self.shop.prepare,
            executions=self.shop,
            now=self.shop.now,
        )

    def plan(self, sku: str, quantity: int, due_on: date, document: str = "PO-1") -> Result:
        planned = PlannedSupply(document=document, sku=sku, location=PLACE, due_on=due_on, quantity=quantity)
        return self.send(planned)[0]

    def receive(self, sku: str, quantity: int, document: str = "PO-1", *, final: bool = False) -> Result:
        self.numbers += 1
        number = f"R-{self.numbers}"
        return self.send(
            Receipt(document=number, supply=document, sku=sku, location=PLACE, quantity=quantity, final=final)
        )[0]

    def count(self, sku: str, on_hand: int) -> Result:
        self.numbers += 1
        return self.send(StockCount(document=f"C-{self.numbers}", sku=sku, location=PLACE, on_hand=on_hand))[0]
