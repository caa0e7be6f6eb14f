"""How what was counted becomes dollars."""

from __future__ import annotations

from collections import Counter

import pytest

from local.meter import Invocation
from tests.bench.bill import bill_of, total, without_mail
from tests.bench.peer import peers
from tests.bench.prices import PLATFORM_LOG_BYTES, TABLE, dollars, used_by


def ran(function: str = "VerifyOrder", **changes) -> Invocation:
    given = {
        "memory_mb": 512,
        "first": False,
        "cpu_ms": 10.0,
        "wall_ms": 30.0,
        "rss_mb": 60.0,
        "log_bytes": 100,
        "failed": False,
        "calls": Counter({"dynamodb:Query": 2, "s3:PutObject": 1}),
        "used": Counter({"read units": 1.5, "write units": 2.0}),
    }
    return Invocation(function=function, **(given | changes))


def test_an_invocation_is_billed_for_its_share_of_a_processor_and_for_waiting():
    used = used_by(ran())
    seconds = 0.010 * 1769 / 512 + 0.001 * (5 + 5 + 30)
    assert used["GB-seconds"] == pytest.approx(0.5 * seconds)
    assert (used["invocations"], used["S3 puts"], used["write units"]) == (1, 1, 2.0)
    assert used["log bytes"] == 100 + PLATFORM_LOG_BYTES


def test_more_memory_than_a_processor_has_makes_nothing_faster():
    used = used_by(ran(memory_mb=3538, calls=Counter()))
    assert used["GB-seconds"] == pytest.approx(3538 / 1024 * 0.010)


def test_stages_come_in_their_order_with_their_transitions_and_requests():
    bill = bill_of([ran("PublishEvents"), ran("VerifyOrder"), ran("ReceiveOrder")], ["VerifyOrder", "Decided"])
    assert list(bill) == ["receive", "verify", "tell on the bus", "other states"]
    assert (bill["receive"]["API requests"], bill["verify"]["transitions"]) == (1, 1)
    assert total(bill)["transitions"] == 2


def test_the_mails_themselves_are_told_apart():
    used = Counter({"transitions": 5, "mails": 1})
    assert (without_mail(used), dollars(used)["mails"]) == (125.0, 100.0)


def test_what_has_no_price_is_not_for_nothing():
    with pytest.raises(KeyError, match="gold"):
        dollars(Counter({"gold": 1}))


def test_every_price_names_its_page_and_where_it_was_read_and_the_table_its_date():
    assert TABLE["of"] >= "2026-11-01"
    for _, _, page, read in TABLE["dollars_per_million"].values():
        assert page.startswith("https://aws.amazon.com/")
        assert read.startswith(("read ", "not read at AWS", "as "))


def test_what_comes_to_endpoints_is_billed_with_its_queue_and_waits_for_their_answers():
    on_the_bus = ran("PublishEvents", calls=Counter(), used=Counter({"events": 3}))
    delivered = ran("DeliverWebhooks", calls=Counter(), used=Counter())
    bill = bill_of([on_the_bus, delivered, delivered, ran("RetryWebhooks")], [])
    assert list(bill) == ["tell on the bus", "tell an endpoint"]
    assert bill["tell an endpoint"]["standard queue requests"] == 3 + 2 * 2
    waited = bill["tell an endpoint"]["GB-seconds"] - 2 * used_by(ran(calls=Counter(), used=Counter()))["GB-seconds"]
    assert waited == pytest.approx(2 * 0.5 * TABLE["waiting_ms"]["endpoint"] / 1000)


def test_peers_are_priced_by_the_same_table():
    with_states, without = [without_mail(total(peer.bill)) for peer in peers()]
    assert with_states == pytest.approx(28 * 25 + 29.23, abs=0.01)
    assert without < with_states
