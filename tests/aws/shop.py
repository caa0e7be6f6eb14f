"""The five stages in one process, on the real adapters and moto: what the state machine runs, without it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from order_processing.access import address_hash, guest_id
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.bins import DynamoBins
from order_processing.adapters.catalogue import DynamoCatalogue
from order_processing.adapters.dispatch import DynamoDispatch
from order_processing.adapters.documents import S3Documents
from order_processing.adapters.inventory import DynamoInventory
from order_processing.adapters.licences import DynamoLicences
from order_processing.adapters.mail_reports import DynamoMailReports, DynamoUnreached, SuppressedAddresses
from order_processing.adapters.orders import DynamoOrders
from order_processing.adapters.post import SesPost
from order_processing.cancellation import TOO_LATE
from order_processing.carriers import Carrier
from order_processing.catalogue import catalogue_items
from order_processing.catalogue_files import read_catalogue
from order_processing.errors import DecisionMade, OrderReplaced, TurnOff
from order_processing.order import Order
from order_processing.settings import Settings, current
from order_processing.stages.await_decision import await_decision
from order_processing.stages.check_availability import check_availability
from order_processing.stages.confirm_order import confirm_order
from order_processing.stages.end_order import end_order, tell_too_late
from order_processing.stages.hand_out import hand_out
from order_processing.stages.prepare_delivery import prepare_delivery
from order_processing.stages.update_account import update_account
from order_processing.stages.verify_order import verify_order
from order_processing.status import Status
from order_processing.stored_order import StoredOrder
from order_processing.warehouse.hand_over import tell_shipped

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
BUCKET = "documents"
TABLES = ("orders", "catalogue", "inventory", "accounts", "licences")
SENDER = "orders@store.example.com"
SEED = Path(__file__).parents[2] / "local" / "seed"


@dataclass
class Shop:
    """A store's whole order processing; `client` makes each AWS client, so that a test can put faults into it."""

    client: Any = boto3.client
    tables: dict[str, str] = field(default_factory=lambda: {name: name for name in TABLES})
    bucket: str = BUCKET
    configuration_set: str = "mail"
    now: datetime = NOW
    answer_within: timedelta = timedelta(0)
    settings: Settings = field(default_factory=current)
    answered: list[tuple[str, str]] = field(default_factory=list)
    finished: list[tuple[str, str]] = field(default_factory=list)
    started: list[tuple[str, int]] = field(default_factory=list)
    running: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        dynamodb = self.client("dynamodb")
        names = self.tables
        self.orders = DynamoOrders(
            dynamodb, names["orders"], inventory_table=names["inventory"], accounts_table=names["accounts"]
        )
        self.accounts = DynamoAccounts(dynamodb, names["accounts"])
        self.catalogue = DynamoCatalogue(dynamodb, names["catalogue"])
        self.inventory = DynamoInventory(dynamodb, names["inventory"])
        self.licences = DynamoLicences(dynamodb, names["licences"], inventory_table=names["inventory"])
        self.documents = S3Documents(self.client("s3"), self.bucket)
        self.dispatch = DynamoDispatch(dynamodb, names["orders"])
        self.bins = DynamoBins(dynamodb, names["inventory"])
        self.suppressed = SuppressedAddresses(dynamodb, names["orders"], self.address_hash)
        self.unreached = DynamoUnreached(dynamodb, names["orders"])
        self.mail_reports = DynamoMailReports(dynamodb, names["orders"], self.address_hash)
        self.post = SesPost(self.client("sesv2"), SENDER, self.configuration_set, current(), self.suppressed)

    def stock_up(self) -> None:
        """Load the seed catalogue and stock."""
        texts = {path.name: path.read_text(encoding="utf-8") for path in SEED.iterdir() if path.is_file()}
        files = read_catalogue(texts, today=date(2026, 11, 24))
        self.catalogue.put(
            catalogue_items(files.products, files.customers, files.coupons, files.taxes, guest_id=self.guest_id)
        )
        for count in files.stock:
            self.inventory.count(count)
        for supply in files.supply:
            self.inventory.plan_supply(supply)

    def place(self, order: Order, raw: bytes = b"{}") -> str:
        return self.orders.place(order, raw, "fingerprint", self.now).order_id

    def run(self, order_id: str) -> StoredOrder:
        """All stages in turn, as the state machine would; a turn off the path begins anew, ends or asks."""
        try:
            for stage in self.stages:
                stage(order_id)
        except TurnOff as turn:
            try:
                self.turn_off(order_id, turn)
            except (OrderReplaced, DecisionMade):
                return self.run(order_id)
        return self.orders.load(order_id)

    @property
    def stages(self) -> tuple[Any, ...]:
        return (self.verify, self.check, self.confirm, self.record, self.prepare)

    def verify(self, order_id: str) -> None:
        verify_order(
            order_id,
            orders=self.orders,
            catalogue=self.catalogue,
            accounts=self.accounts,
            settings=current(),
            guest_id=self.guest_id,
            now=self.now,
        )

    def check(self, order_id: str) -> None:
        check_availability(
            order_id,
            orders=self.orders,
            inventory=self.inventory,
            catalogue=self.catalogue,
            settings=current(),
            now=self.now,
        )

    def confirm(self, order_id: str) -> None:
        confirm_order(
            order_id,
            orders=self.orders,
            accounts=self.accounts,
            post=self.post,
            unreached=self.unreached,
            settings=current(),
            status_url=self.status_url,
            now=self.now,
        )

    def record(self, order_id: str) -> None:
        update_account(order_id, orders=self.orders, now=self.now)

    def prepare(self, order_id: str) -> None:
        prepare_delivery(
            order_id,
            orders=self.orders,
            documents=self.documents,
            carriers=self.carriers,
            hand_out=self.hand_out,
            tell=self.tell_shipped,
            settings=self.settings,
            now=self.now,
        )

    def tell_shipped(self, stored: StoredOrder) -> StoredOrder:
        return tell_shipped(
            stored,
            orders=self.orders,
            post=self.post,
            settings=self.settings,
            status_url=self.status_url,
            now=self.now,
        )

    def hand_out(self, stored: StoredOrder, *, again: bool = False) -> StoredOrder:
        return hand_out(
            stored,
            orders=self.orders,
            licences=self.licences,
            post=self.post,
            settings=current(),
            status_url=self.status_url,
            now=self.now,
            again=again,
        )

    @staticmethod
    def carriers(name: str) -> Carrier:
        raise AssertionError(f"the settings name no carrier but our own, and {name} was asked for")

    def turn_off(self, order_id: str, turn: TurnOff) -> None:
        if isinstance(turn, OrderReplaced):
            raise turn
        ending = {"OrderRejected": Status.REJECTED, "OrderEnded": Status.CANCELLED}.get(type(turn).__name__)
        if ending:
            self.end(order_id, ending)
        else:
            self.ask(order_id)

    def end(self, order_id: str, ending: Status) -> None:
        end_order(
            order_id,
            ending,
            orders=self.orders,
            post=self.post,
            unreached=self.unreached,
            carriers=self.carriers,
            licences=lambda: self.licences,
            settings=current(),
            status_url=self.status_url,
            now=self.now,
        )

    def ask(self, order_id: str, token: str = "token") -> None:
        await_decision(
            order_id,
            token,
            orders=self.orders,
            post=self.post,
            unreached=self.unreached,
            settings=current(),
            decision_url=lambda order_id, _: f"https://orders.example.com/decide/{order_id}",
            expires_at=self.now + self.answer_within,
            now=self.now,
        )

    def start(self, order_id: str, run: int = 1) -> None:
        """The port Executions: a test runs the stages itself."""
        self.started.append((order_id, run))

    def answer(self, token: str, decision: str) -> None:
        self.answered.append((token, decision))

    def runs(self, order_id: str, run: int = 1) -> bool:
        return order_id in self.running

    def finish(self, order_id: str, ending: str, run: int = 1) -> None:
        """As the state machine for early ends does."""
        self.finished.append((order_id, ending))
        if ending == TOO_LATE:
            tell_too_late(
                order_id,
                orders=self.orders,
                post=self.post,
                unreached=self.unreached,
                settings=current(),
                status_url=self.status_url,
                now=self.now,
            )
        else:
            self.end(order_id, Status(ending))

    @staticmethod
    def guest_id(email: str) -> str:
        return guest_id(email, "identity key")

    @staticmethod
    def address_hash(email: str) -> str:
        return address_hash(email, "identity key")

    @staticmethod
    def status_url(order_id: str) -> str:
        return f"https://orders.example.com/orders/{order_id}?token=t"
