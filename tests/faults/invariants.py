"""What must hold: at every moment, at every end, and between a disturbed end and the undisturbed one."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from functools import cache
from typing import Any

from order_processing.adapters.preset import inflated
from order_processing.status import ENDED, PENDING
from tests.faults.functions import PERSONAL
from tests.faults.items import Item
from tests.faults.scenarios import Scenario
from tests.faults.world import ENDING, MAIN, World

# What says how often something was tried, or by which way it came, not what came of it: so the totals' mark too.
_OF_ATTEMPTS = frozenset({"version", "token", "other_tokens", "message_id", "before", "sequence", "last_entry"})
_OF_EVENTS = frozenset({"id", "sequence"})
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)")  # of what is done again, the time is another one
_MESSAGE = re.compile(r"message-\d+")  # a mail that went out again has a number of its own
_KEY = re.compile(r"KEY-\d")  # which of the free keys an order gets is chance


def at_every_moment(start: World, world: World) -> list[str]:
    """Never oversold: what can be sold and what is held is never less than nothing, and never more than there is.
    And an account's totals are what was counted."""
    wrong = _accounts(world)
    before = start.tables["inventory"]
    for key, item in world.tables["inventory"].items():
        if before.get(key) is item or "available" not in item.attributes:
            continue
        available, reserved = (int(item.attributes[name]["N"]) for name in ("available", "reserved"))
        if available < 0 or reserved < 0:
            wrong.append(f"3: {key} has {available} to sell and {reserved} reserved")
        there = before[key].attributes if key in before else {"available": {"N": "0"}, "reserved": {"N": "0"}}
        if available + reserved > sum(int(there[name]["N"]) for name in ("available", "reserved")):
            wrong.append(f"3: {key} has grown to {available} and {reserved}")
    return [*wrong, *(f"5: {note}" for note in world.notes if note.startswith("untrue"))]


def at_the_end(start: World, world: World, scenario: Scenario) -> list[str]:
    """What holds of every end, whatever happened on the way."""
    heads = {key[0]: item for key, item in world.tables["orders"].items() if key[1] == "order"}
    placed = [key[0] for key in world.tables["orders"] if key[1] == "placed"]
    wrong = [
        f"1: {place}: {e.status} {e.error}"
        for place, e in world.executions.items()
        if e.status in ("FAILED", "RUNNING") and not _is_left_to_staff(world, scenario, place)
    ]
    mine = [place for place in world.executions if place[0] == MAIN]
    if not placed:
        if not scenario.gives_up or world.executions or world.mails:
            wrong.append("1: the order is lost")
        return wrong
    ended_before = bool(set(statuses(world)) & set(ENDED)) and any(place[0] == ENDING for place in world.executions)
    if len(placed) != 1 or (len(mine) != 1 and not (ended_before and not mine)):  # what has ended needs no start
        wrong.append(f"2: {len(placed)} orders and {len(mine)} executions")
    for order_id, head in heads.items():
        status = head.attributes["status"]["S"]
        if status in ENDED:
            wrong += _left_behind(start, world, order_id)
        if status in PENDING and "question" not in head.attributes:
            wrong.append(f"1: {status} and nobody was asked")
    wrong += [f"2: a mail again: {note}" for note in world.notes if note.startswith("noted")]
    wrong += _accounts(world)
    taken = {
        item.attributes["key"]["S"] for key, item in world.tables["licences"].items() if key[1].startswith("taken#")
    }
    wrong += [f"5: keys told that are not taken: {m.subject}" for m in world.mails if set(_KEY.findall(m.text)) - taken]
    told = json.dumps([[e.given, e.variables, e.error] for e in world.executions.values()]) + str([*world.documents])
    wrong += [f"9: {word!r} is told" for word in PERSONAL if word in told]
    return wrong


def _is_left_to_staff(world: World, scenario: Scenario, place: tuple[str, str]) -> bool:
    """An order that is ready is settled: that its execution failed after that is on the list of failures only."""
    return scenario.mended and place[0] == MAIN and "READY_TO_SHIP" in statuses(world)


def statuses(world: World) -> list[str]:
    """The status of each order that has one in its head."""
    return [item.attributes["status"]["S"] for key, item in world.tables["orders"].items() if key[1] == "order"]


def _left_behind(start: World, world: World, order_id: str) -> list[str]:
    wrong = []
    for key, item in world.tables["inventory"].items():
        if key[0] == f"order#{order_id}" or key[0].startswith("claim#"):
            wrong.append(f"4: {key} is left")
        before = start.tables["inventory"].get(key)
        if before and "reserved" in item.attributes and before.attributes["reserved"] != item.attributes["reserved"]:
            wrong.append(f"4: {key} has {item.attributes['reserved']['N']} reserved")
    return wrong


def _accounts(world: World) -> list[str]:
    """The account's totals are the sum of its entries, with that of the order that was counted last."""
    sums: dict[str, list[int]] = {}
    totals: dict[str, list[int]] = {}
    for (customer, entry), item in world.tables["accounts"].items():
        if entry.startswith("totals#"):
            totals[customer] = [int(item.attributes[name]["N"]) for name in ("orders", "amount")]
            last = _document(item.attributes["last_entry"]) if "last_entry" in item.attributes else None
            if last and (customer, f"order#{last['order_id']}") not in world.tables["accounts"]:
                sums.setdefault(customer, [0, 0])
                sums[customer] = [sums[customer][0] + 1, sums[customer][1] + last["amount"]]
        elif entry.startswith("order#"):
            document = _document(item.attributes["document"])
            counts = sums.setdefault(customer, [0, 0])
            if not document.get("reversed_at"):
                counts[0] += 1
                counts[1] += document["amount"]
    return [
        f"6: the account {customer} has {totals.get(customer)}, its orders {sums.get(customer)}"
        for customer in {*sums, *totals}
        if totals.get(customer, [0, 0]) != sums.get(customer, [0, 0])
    ]


def end_state(world: World, beside: frozenset[str] = frozenset()) -> dict[str, Any]:
    """An end as it is compared: tables, mails, documents, events, executions; not how often something was tried.

    beside: names that are left out as well: attributes, a kind of mail, or a state machine.
    """
    told: dict[str, Any] = {
        _MESSAGE.sub("message", _TIME.sub("T", f"{name} {' '.join(key)}")): _plain(item, _OF_ATTEMPTS | beside)
        for name, items in world.tables.items()
        for key, item in items.items()
        if name not in ("catalogue", "licences", "findings")  # what the schedules have noted, and how far they looked
    }
    told["licences"] = Counter(key[1].partition("#")[0] for key in world.tables["licences"])
    told |= {f"document {key}": digest for key, digest in world.documents.items()}
    told |= {
        f"mail {m.kind} to {m.to}: {m.subject}": [_KEY.sub("KEY", text) for text in (m.text, m.html)]
        for m in world.mails
        if m.kind not in beside
    }
    told |= {f"event {name} {_event(detail)}": True for name, detail in world.events}
    told |= {
        f"execution {place[0]} {place[1]}": e.status for place, e in world.executions.items() if place[0] not in beside
    }
    return told


_ON_THE_WAY = re.compile(r"document |event |execution OrderEnding|orders (\w+ (verified|draft)$|departures#|sscc#)")


def differences(expected: list[dict[str, Any]], disturbed: dict[str, Any]) -> list[str]:
    """8: every cut or repeated call ends as if called once; the fewest differences from one of the ends that may be.

    Where there are several, because something came between, what binds is as in one of them: the order and its
    answers, what is held, the account, the mails, its execution. What was made on the way there, documents, events
    and lists that look at the order again, is as in any of them. Where nothing was placed, nothing is compared.
    """
    if disturbed in expected or not any(name.startswith("orders") for name in disturbed):
        return []
    known = {
        name: [each.get(name, "-") for each in expected] for name in {*disturbed, *(n for e in expected for n in e)}
    }
    on_the_way = {name for name in known if _ON_THE_WAY.match(name) and disturbed.get(name, "-") in known[name]}
    binding = {name: value for name, value in disturbed.items() if name not in on_the_way}
    found = [
        _differences({name: value for name, value in each.items() if name not in on_the_way}, binding)
        for each in expected
    ]
    return min(found, key=len)


def _differences(undisturbed: dict[str, Any], disturbed: dict[str, Any]) -> list[str]:
    wrong = []
    for name in sorted({*undisturbed, *disturbed}):
        before, after = undisturbed.get(name, "-"), disturbed.get(name, "-")
        if before == after:
            continue
        if isinstance(before, dict) and isinstance(after, dict):
            names = {each for each in {*before, *after} if before.get(each) != after.get(each)}
            before, after = ({each: known.get(each) for each in sorted(names)} for known in (before, after))
        wrong.append(f"8: {name}: {before} became {after}"[:900])
    return wrong


@cache
def _event(detail: str) -> str:
    told = json.loads(_TIME.sub("T", detail))
    return json.dumps({name: value for name, value in told.items() if name not in _OF_EVENTS}, sort_keys=True)


_known: dict[tuple[bytes, frozenset[str]], Any] = {}


def _plain(item: Item, beside: frozenset[str]) -> Any:
    """What an item says, but for these names."""
    place = item.digest, beside
    if place not in _known:
        _known[place] = {
            name: _without(_document(value) if set(value) & {"B", "S"} else _untimed(value), beside)
            for name, value in item.attributes.items()
            if name not in beside and name != "raw"
        }
    return _known[place]


def _document(value: dict[str, Any]) -> Any:
    if "B" in value:
        return json.loads(_TIME.sub("T", inflated(base64.b64decode(value["B"])).decode()))
    text = _MESSAGE.sub("message", _TIME.sub("T", value["S"]))
    return json.loads(text) if text.startswith("{") else text


def _untimed(value: Any) -> Any:
    return json.loads(_TIME.sub("T", json.dumps(value)))


def _without(value: Any, beside: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(each, beside) for name, each in value.items() if name not in beside}
    return value
