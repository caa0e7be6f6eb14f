"""The choice page on the real adapters: what it shows, what a choice counts for, and what happens twice."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import boto3
import pytest

from order_processing.http import Answer
from order_processing.mail.texts import LANGUAGES
from order_processing.order_parts import CUSTOMER
from order_processing.status import Status
from tests.aws.shop import NOW, Shop
from tests.aws.test_decision_pages import Visitor, text_of
from tests.aws.test_offers import offered, shop, taken

__all__ = ["shop"]


@pytest.fixture
def visit(shop: Shop) -> Visitor:
    """A customer whose order was offered something."""
    boto3.client("secretsmanager").create_secret(Name="keys", SecretString='{"current": "signing key", "previous": ""}')
    return Visitor(shop, offered(shop).order_id)


def form_of(page: Answer, key: str) -> dict[str, str]:
    """The hidden fields of one choice's form."""
    for form in re.findall(r"<form.*?</form>", page.body, flags=re.DOTALL):
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', form)
        fields = {unescape(name): unescape(value) for name, value in found}
        if fields.get("choice") == key:
            return fields
    raise AssertionError(f"{key} is not on the page")


def test_the_choices_stand_side_by_side_with_dates_prices_and_totals(visit):
    page = visit.look()
    seen = text_of(page)
    for told in (
        "Everything, later",
        "A part now, the rest later",
        "Mug, bone china, blue instead of Mug, blue",
        "The order without Mug, blue",
        "+$500.00",
        "$3,310.80",
        "-$2,800.00",
        "59 × by",
        "141 × by",
        "I agree to pay $500.00 more, $3,310.80 in all.",
        "We hold them for you until",
        "Cancel the order",
    ):
        assert told in seen, seen
    assert page.status == 200
    assert page.body.count('name="agree"') == 1
    assert "<script" not in page.body


def test_a_choice_is_kept_once_and_told_again(visit, shop):
    fields = form_of(visit.look(), "in_parts")
    for _ in range(2):
        done = visit.post("choose", fields)
        assert (done.status, done.headers["Location"]) == (303, f"?token={visit.token}")
    assert shop.answered == [("token", "go_on")] * 2
    (answer,) = visit.stored.answers
    assert (answer.actor, answer.choice.alternative.key) == (CUSTOMER, "in_parts")
    assert "You chose: A part now, the rest later." in text_of(visit.look())
    assert shop.run(visit.order_id).status is Status.READY_TO_SHIP


def test_of_two_tabs_the_first_choice_counts_and_both_say_which(visit):
    page = visit.look()
    visit.post("choose", form_of(page, "substitute-2") | {"agree": "50000"})
    visit.post("choose", form_of(page, "later"))
    assert [answer.choice.alternative.key for answer in visit.stored.answers] == ["substitute-2"]
    assert "You chose: Mug, bone china, blue instead of Mug, blue." in text_of(visit.look())


@pytest.mark.parametrize("agree", [{}, {"agree": "49999"}, {"agree": "yes"}])
def test_a_higher_price_is_never_taken_without_consent(visit, agree):
    page = visit.send("choose", form_of(visit.look(), "substitute-2") | agree)
    assert visit.stored.answers == ()
    assert 'role="alert"' in page.body
    assert "please tick that you agree" in text_of(page)
    assert re.search(r'<input type="checkbox"[^>]*aria-invalid="true"', page.body)


@pytest.mark.parametrize("stale", [{"total": "1"}, {"shown": "0" * 16}, {"choice": "without"}, {"choice": "free"}])
def test_a_page_that_showed_something_else_commits_to_nothing(visit, shop, stale):
    page = visit.send("choose", form_of(visit.look(), "later") | stale)
    assert (visit.stored.answers, shop.answered) == ((), [])
    assert "no longer what you saw" in text_of(page)


def test_declining_cancels_the_order_and_gives_all_of_it_back(visit, shop):
    assert "Cancel the order?" in text_of(visit.send("cancel"))
    visit.post("cancel-now")
    assert visit.stored.status is Status.CANCELLED
    assert taken(shop) == {}
    assert "cancelled" in text_of(visit.look())
    visit.post("choose", {"choice": "later"})
    assert visit.stored.answers == ()


def test_an_expired_offer_says_so(visit, shop):
    fields = form_of(visit.look(), "later")
    visit.now = NOW + timedelta(days=3)
    assert [visit.look().status, visit.post("choose", fields).status] == [410, 410]
    visit.now = NOW
    shop.end(visit.order_id, Status.EXPIRED)
    visit.post("choose", fields)
    assert visit.stored.answers == ()
    assert "ended" in text_of(visit.look())


def test_where_nothing_can_be_offered_the_page_says_so(shop, visit):
    nothing = Visitor(shop, offered(shop, "none", mugs=2_000, pens=0).order_id)
    page = nothing.look()
    assert "nothing to offer you in its place" in text_of(page)
    assert 'name="choice"' not in page.body
    assert "Cancel the order" in text_of(page)


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_shows_every_choice(visit, shop, language, monkeypatch):
    stored = visit.stored
    order = stored.verified.order
    speaking = order.model_copy(update={"customer": order.customer.model_copy(update={"locale": language})})
    changed = stored.model_copy(
        update={"placed": speaking, "verified": stored.verified.model_copy(update={"order": speaking})}
    )
    monkeypatch.setattr(shop.orders, "load", lambda _: changed)
    page = visit.look()
    assert page.headers["Content-Language"] == language
    assert page.body.count('name="choice"') == 4
    again: Any = visit.send("choose", form_of(page, "substitute-2"))
    assert 'aria-invalid="true"' in again.body
