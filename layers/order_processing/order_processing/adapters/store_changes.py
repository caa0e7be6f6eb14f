"""What stores tell later of orders that are known, in DynamoDB; `order_store` describes the items."""

from __future__ import annotations

from datetime import datetime

from order_processing import order_number
from order_processing.adapters.attributes import iso, number, text
from order_processing.adapters.order_change import Change
from order_processing.adapters.order_items import STORE_CHANGES, is_state, key, parts_of, state_item, stored_order_of
from order_processing.adapters.order_store import OrderStore
from order_processing.adapters.queried import each_item
from order_processing.adapters.transactions import Refused, Write, write_all
from order_processing.errors import OrderChanged
from order_processing.order import origin_of
from order_processing.status import Status
from order_processing.store_changes import Known
from order_processing.store_state import StoreState
from order_processing.stored_order import StoredOrder


class DynamoStoreChanges(OrderStore):
    """The port `StoreChanges`."""

    def find(self, source: str, store: str, store_order_id: str) -> Known | None:
        origin, probe = origin_of(source, store, store_order_id), 0
        while True:
            order_id = order_number.derive(origin, probe)
            parts = parts_of(self._client, self._table, order_id)
            if "placed" not in parts:
                return None
            if parts["placed"]["origin"]["S"] == origin:
                bodies = ["placed", *filter(is_state, parts)]
                seen = frozenset(parts[part]["fingerprint"]["S"] for part in bodies)
                return Known(stored=stored_order_of(order_id, parts), fingerprints=seen)
            probe += 1

    def replace(self, seen: StoredOrder, state: StoreState, raw: bytes, fingerprint: str) -> StoredOrder:
        change = Change(seen, Status.RECEIVED)
        change.put_reason(None)
        for name in ("approval", "confirmation", *(("notice", "question") if seen.ended else ())):
            if getattr(seen, name):
                change.remove(name, **{name: None})
        change.put("replaced_at", number(change.after.version))
        kept = state.model_copy(update={"version": change.after.version, "answers": len(seen.answers)})
        change.know(placed=state.order, states=(*seen.states, kept), verified=None, discrepancies=())
        writes = [self._put(seen, kept, raw, fingerprint)]
        if seen.ended and seen.coupons:  # they were given back when it ended
            change.know(coupons=())
            writes.append(self._without_coupons(seen.order_id))
        self._transact(change, writes)
        return change.after

    def keep(
        self, seen: StoredOrder, state: StoreState, raw: bytes, fingerprint: str, *, for_staff: bool
    ) -> StoredOrder:
        writes = [self._put(seen, state, raw, fingerprint)]
        if for_staff:
            listed = {**key(STORE_CHANGES, f"{iso(state.at)}#{seen.order_id}"), "listed": text(seen.order_id)}
            writes.append({"Put": {"TableName": self._table, "Item": listed}})
        try:
            write_all(self._client, writes)
        except Refused as refused:
            raise OrderChanged(seen.order_id) from refused
        return seen.model_copy(update={"states": (*seen.states, state)})

    def note_version(self, order_id: str, store_version: str) -> None:
        try:
            self._client.update_item(
                TableName=self._table,
                Key=key(order_id, "known"),
                UpdateExpression="SET store_version = :new",
                ConditionExpression="attribute_not_exists(store_version) OR store_version < :new",
                ExpressionAttributeValues={":new": text(store_version)},
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return

    def for_staff(self, since: datetime) -> list[tuple[str, str]]:
        """The orders whose store changed them too late, since a time, the oldest first: when, and the order's id."""
        found = each_item(
            self._client.query,
            TableName=self._table,
            KeyConditionExpression="order_id = :list AND part >= :since",
            ExpressionAttributeValues={":list": text(STORE_CHANGES), ":since": text(iso(since))},
        )
        return [(item["part"]["S"].partition("#")[0], item["listed"]["S"]) for item in found]

    def done(self, at: str, order_id: str) -> None:
        """Staff have seen to it: off the list. The state stays with the order."""
        self._client.delete_item(TableName=self._table, Key=key(STORE_CHANGES, f"{at}#{order_id}"))

    def _put(self, seen: StoredOrder, state: StoreState, raw: bytes, fingerprint: str) -> Write:
        item = state_item(seen.order_id, len(seen.states) + 1, state, raw, fingerprint)
        return {
            "Put": {"TableName": self._table, "Item": item, "ConditionExpression": "attribute_not_exists(order_id)"}
        }

    def _without_coupons(self, order_id: str) -> Write:
        return {
            "Update": {
                "TableName": self._table,
                "Key": key(order_id, "verified"),
                "UpdateExpression": "REMOVE coupons",
            }
        }
