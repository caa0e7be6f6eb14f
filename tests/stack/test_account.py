"""Orders on account, on the deployed stack: payments, staff's lists, and one customer's many orders at once."""

from __future__ import annotations

import json
import urllib.parse
from datetime import UTC, datetime

from local import wait_for
from local.senders import ACCOUNTING_KEY, API_KEY, STAFF_KEY
from order_processing.adapters.accounts import DynamoAccounts
from order_processing.adapters.ledger import Ledger
from tests.bench.account import orders_of_one_customer
from tests.stack.senders import api_order, place, status


def get(stack, path, key=STAFF_KEY, **query):
    headers = {"Authorization": f"Bearer {key}"}
    return stack.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers)


def pay(stack, key=ACCOUNTING_KEY, **body):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return stack.request("POST", "/payments", headers, json.dumps(body))


def test_an_order_on_account_is_paid_and_found(stack):
    customer = {"email": "account@example.net", "name": "Carl Credit"}
    receipt = place(stack, api_order("on-account", customer=customer, paid=False)).json()
    wait_for(lambda: status(stack, receipt).json()["status"] == "READY_TO_SHIP", seconds=60, what="it to be ready")
    told = {"document": "BANK-1", "order": receipt["number"], "amount": "52.60", "currency": "USD"}
    assert pay(stack, API_KEY, **told).status == 401
    for _ in range(2):
        answer = pay(stack, **told)
        assert (answer.status, answer.json()["open"]) == (200, "100.00"), answer.body
    listed = get(stack, "/orders", customer="C-1013").json()["orders"]
    assert [(order["number"], order["open"]) for order in listed] == [(receipt["number"], "100.00")]
    today = datetime.now(UTC).date().isoformat()
    found, cursor = [], ""
    while True:
        page = get(stack, "/orders", day=today, status="READY_TO_SHIP", limit=100, cursor=cursor)
        assert page.status == 200, page.body
        found += [order["number"] for order in page.json()["orders"]]
        cursor = page.json()["cursor"]
        if not cursor:
            break
    assert found.count(receipt["number"]) == 1
    assert get(stack, "/orders", "nobody's key", day=today).status == 401


def test_many_orders_of_one_customer_at_once_leave_totals_that_are_their_sum(stack):
    ids = orders_of_one_customer(stack.emulator.home, "many@example.com", orders=40, processes=4)
    accounts = DynamoAccounts(stack.client("dynamodb"), stack.outputs["AccountsTable"])
    customer_id = ids[0][0]
    entries = list(accounts.entries(customer_id))
    assert {entry.order_id for entry in entries} == {order_id for _, order_id in ids}
    assert accounts.totals(customer_id, "USD") == (40, sum(entry.amount for entry in entries))
    ledger = Ledger(stack.client("dynamodb"), stack.outputs["OrdersTable"], stack.outputs["AccountsTable"])
    assert [told for customer, told in ledger.compare() if customer == customer_id] == [[]]
