"""The mails beside the confirmation: what they say for each occasion, and when they refuse to."""

from __future__ import annotations

import html
import re

import pytest
from compile_mail import all_texts

from local.mail_samples import (
    ORDER_ID,
    UNTIL,
    choices,
    corrected,
    delayed,
    delivery,
    found,
    order_in_dollars,
    promise,
    verified,
)
from order_processing.checks import CHECKS
from order_processing.delivery import Delivery
from order_processing.discrepancy import Discrepancy
from order_processing.mail import texts
from order_processing.mail.messages import confirmation, ended, question
from order_processing.mail.offers import offer
from order_processing.mail.progress import NotLater, approved, delay, ready, refused, too_late
from order_processing.mail.sums import DoesNotAddUp
from order_processing.settings import current
from tests.orders import an_order

URL = "https://store.example.com/orders/1"
ORDER = order_in_dollars()


def rows(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_occasion_can_be_written_in_every_language(language: str):
    settings, wanted = current(), promise(ORDER)
    products = verified(ORDER)
    written = {
        "question": question(ORDER_ID, ORDER, found(), settings, URL, expires_at=UNTIL, locale=language),
        "offer": offer(ORDER_ID, ORDER, choices(ORDER), settings, URL, expires_at=UNTIL, locale=language),
        "approved": approved(ORDER_ID, ORDER, settings, URL, locale=language),
        "refused": refused(ORDER_ID, ORDER, "why", settings, URL, locale=language),
        "too_late": too_late(ORDER_ID, ORDER, settings, URL, locale=language),
        "delay": delay(ORDER_ID, products, wanted, delayed(wanted), settings, URL, cause="why", locale=language),
        "ready": ready(ORDER_ID, products, wanted, delivery(), settings, URL, locale=language),
    }
    words = all_texts()[language]
    for kind, message in written.items():
        assert message.language == language
        assert words[f"{kind}.heading"] in message.text
        assert words[f"{kind}.heading"] in html.unescape(message.html)
        assert "7K3M-9QXB-4" in message.subject
        assert URL in message.text
        assert not re.search(r"\{\w*\}", message.text)


def test_a_question_asks_only_what_the_customer_can_answer():
    others = (
        Discrepancy(code="CREDIT_HOLD", path="customer", found="on credit hold", resolution="needs_approval"),
        Discrepancy(
            code="SKU_FORM", path="lines[0].sku", found="lamp-oak", expected="LAMP-OAK", resolution="corrected"
        ),
    )
    text = question(ORDER_ID, ORDER, (*others, *found()), current(), URL, expires_at=UNTIL).text
    lines = rows(text)
    assert "* LED bulb E26, warm white, 8 W: quantity" in lines
    assert "Possible: a multiple of 6 from 6 to 60" in lines
    assert "* Delivery address: postal code" in lines
    assert "In your order: 40205-1" in lines
    assert "Friday, November 27, 2026" in text
    assert "credit" not in text
    assert "lamp-oak" not in text


def test_a_question_in_another_language_shows_no_english_words_of_ours():
    text = question(ORDER_ID, ORDER, found(), current(), URL, locale="de").text
    assert "Die Postleitzahl passt nicht zu Land oder Region." in text
    assert "In Ihrer Bestellung: 40205-1" in text
    assert "postal code" not in text
    assert "multiple" not in text


def test_expected_figures_are_shown_in_every_language():
    priced = Discrepancy(
        code="PRICE_ABOVE_LIST", path="lines[0].unit_price", found="79.00 USD", expected="69.00 USD",
        resolution="needs_customer",
    )  # fmt: skip
    text = question(ORDER_ID, ORDER, (priced,), current(), URL, locale="fr").text
    assert "Possible : 69.00 USD" in text


def test_every_finding_that_a_customer_is_asked_by_default_has_words_in_every_language():
    asked = {check.code for check in CHECKS.values() if check.resolution == "needs_customer"}
    for language, words in all_texts().items():
        assert {f"discrepancy.{code}" for code in asked} <= words.keys(), language


def test_every_path_of_a_check_has_a_name_for_the_customer():
    words = all_texts()["en"]
    for check in CHECKS.values():
        if check.resolution == "needs_customer":
            assert f"field.{re.sub(r'.*[.]', '', check.path)}" in words, check.path


def test_the_confirmation_says_what_was_changed_and_not_what_was_tidied():
    tidied = Discrepancy(
        code="POSTAL_CODE_FORM", path="shipping_address.postal_code", found="4O2O5", expected="40205",
        resolution="corrected",
    )  # fmt: skip
    products = corrected(ORDER)
    products = products.model_copy(update={"discrepancies": (*products.discrepancies, tidied)})
    text = confirmation(ORDER_ID, products, promise(ORDER), current(), URL).text
    assert "What we put right" in text
    assert "In your order: BULB-E26-OLD\n  Now: BULB-E26\n" in text
    assert "4O2O5" not in text
    assert "What we put right" not in confirmation(ORDER_ID, verified(ORDER), promise(ORDER), current(), URL).text


@pytest.mark.parametrize(
    ("code", "words", "shown"),
    [
        ("PRODUCT_INACTIVE", "", "The reason: This product is no longer sold."),
        ("REJECTED", "rejected by staff", None),
        ("NO_ANSWER", "nobody answered in time", None),
        ("CUSTOMER_BLOCKED", "customer: found blocked, expected a customer whom we deliver to", None),
        ("OTHER", "We could not read your note.", "The reason: We could not read your note."),
    ],
)
def test_an_end_names_its_reason_in_words_for_customers_or_not_at_all(code: str, words: str, shown: str | None):
    text = ended(ORDER_ID, ORDER, code, words, current(), URL, status="REJECTED").text
    assert (shown in rows(text)) if shown else ("The reason" not in text)


def test_how_an_order_ended_is_read_from_its_code_or_given():
    settings = current()
    assert "is cancelled" in ended(ORDER_ID, ORDER, "CANCELLED_BY_CUSTOMER", "", settings, URL).subject
    assert "without an answer" in ended(ORDER_ID, ORDER, "EXPIRED", "", settings, URL).subject
    assert "cannot accept" in ended(ORDER_ID, ORDER, "UNPAID", "", settings, URL).subject
    with pytest.raises(ValueError, match="'LOST' is not one of"):
        ended(ORDER_ID, ORDER, "X", "", settings, URL, status="LOST")


def test_an_offer_shows_dates_and_prices_of_each_choice():
    lines = rows(offer(ORDER_ID, ORDER, choices(ORDER), current(), URL, expires_at=UNTIL).text)
    walnut = lines.index("3. Reading lamp, walnut instead of Reading lamp, oak")
    assert lines[walnut + 1 : walnut + 4] == [
        "Complete by: Tuesday, December 1, 2026",
        "Price difference: +$10.00",
        "New total: $137.21",
    ]
    later = lines.index("1. Everything, later")
    assert "Price difference: none" in lines[later : later + 4]
    part = lines.index("2. A part now, the rest later")
    assert "First part by: Tuesday, December 1, 2026" in lines[part : part + 4]
    assert "Price difference: -$75.37" in lines
    assert lines[lines.index("5. Cancel the order") + 1] == "Nothing is delivered"


def test_a_choice_whose_total_is_not_the_orders_and_its_change_is_not_offered():
    wrong = choices(ORDER)[0].model_copy(update={"price_change": -1})
    with pytest.raises(DoesNotAddUp, match="choice later"):
        offer(ORDER_ID, ORDER, (wrong,), current(), URL, expires_at=UNTIL)


def test_a_delay_shows_the_new_date_beside_the_promised_one():
    wanted = promise(ORDER)
    message = delay(ORDER_ID, verified(ORDER), wanted, delayed(wanted), current(), URL, can_cancel=False)
    lines = rows(message.text)
    assert "Now by Tuesday, December 8, 2026 (we had promised Tuesday, December 1, 2026)" in lines
    assert "Still by Friday, December 4, 2026" in lines
    assert "Complete by: Tuesday, December 8, 2026" in lines
    assert "Promised before: Friday, December 4, 2026" in lines
    assert "you can cancel" not in message.text
    assert "What happened" not in message.text


def test_no_apology_for_a_delay_that_is_none():
    wanted = promise(ORDER)
    for before, now in ((wanted, wanted), (delayed(wanted), wanted)):
        with pytest.raises(NotLater):
            delay(ORDER_ID, verified(ORDER), before, now, current(), URL)


def test_ready_names_each_parcel_with_its_contents_and_number():
    lines = rows(ready(ORDER_ID, verified(ORDER), promise(ORDER), delivery(), current(), URL).text)
    first = lines.index("* Parcel 1 of 2")
    assert lines[first + 1 : first + 5] == [
        "1 × Reading lamp, oak",
        "3 × LED bulb E26, warm white, 8 W",
        "Leaves us on Wednesday, November 25, 2026",
        "Parcel number 006141410000000418",
    ]
    assert "* Parcel 2 of 2" in lines
    assert "Carrier: Northgate Parcel" in lines
    assert "Parcels: 2" in lines


def test_ready_is_not_said_of_nothing():
    with pytest.raises(ValueError, match="no parcel"):
        ready(ORDER_ID, verified(ORDER), promise(ORDER), Delivery(shipments=()), current(), URL)


def test_a_refusal_gives_staffs_words_escaped():
    message = refused(ORDER_ID, ORDER, "<b>no</b>", current(), URL)
    assert "The reason: <b>no</b>" in message.text
    assert "&lt;b&gt;no&lt;/b&gt;" in message.html
    assert "The reason" not in refused(ORDER_ID, ORDER, "", current(), URL).text


def test_how_the_money_comes_back_is_told_in_the_stores_own_words_where_it_has_some():
    own = "Within 14 days to the card that you paid with."
    store = current().store.model_copy(update={"refund": {"en": own}})
    settings = current().model_copy(update={"store": store})
    order = an_order()
    for message in (
        ended("BCDFGHJK4", order, "CANCELLED", "", settings, "https://x.example.com"),
        refused("BCDFGHJK4", order, "", settings, "https://x.example.com"),
    ):
        assert own in " ".join(message.text.split())
    in_german = ended("BCDFGHJK4", order, "CANCELLED", "", settings, "https://x.example.com", locale="de")
    assert "bekommen Sie das Geld über den Shop zurück" in " ".join(in_german.text.split())
