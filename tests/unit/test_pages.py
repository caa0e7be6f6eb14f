"""The pages in every language: nothing is missing, and whatever a stranger typed stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from compile_mail import all_texts
from compile_pages import SOURCES
from hypothesis import given, settings
from hypothesis import strategies as st

from order_processing.checks import CHECKS
from order_processing.discrepancy import Discrepancy
from order_processing.mail.texts import LANGUAGES
from order_processing.order import Customer, Option, Order
from order_processing.pages.exchange import html_answer
from order_processing.pages.form import form
from order_processing.pages.page import Page, Pages
from order_processing.pages.preview import preview
from order_processing.pages.texts import accepted_languages
from order_processing.pages.wording import Wording
from order_processing.proposal import asked_of_customer, offered_for, propose
from order_processing.settings import current
from tests.unit.verification_cases import CASES, an_order, at, line, run

ORDER_ID = "BRSJV48JX"
ATTACK = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}{% raw %}"


class Elements(HTMLParser):
    """The elements of a page with their attributes' names, and the ids and what refers to them."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.seen: list[tuple[str, tuple[str, ...]]] = []
        self.ids: list[str] = []
        self.referred: set[str] = set()
        self.feed(page.html)

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, tuple(name for name, _ in attrs)))
        values = dict(attrs)
        self.ids += [values["id"]] if "id" in values else []
        for name in ("for", "aria-describedby", "aria-labelledby"):
            self.referred |= set(values.get(name, "").split())
        if values.get("href", "").startswith("#"):
            self.referred.add(values["href"][1:])


def wrong_order(text: str = "Ontario", locale: str = "en") -> Order:
    """Three mistakes, with a text wherever a customer or a store may write."""
    pens = line("PEN-6", 90, quantity=7, options=(Option(name=text, value=text),))
    mugs = line(unit_price=1600, line_id="2")
    return an_order(
        pens.model_copy(update={"title": text}),
        mugs,
        shipping_address=at(region=text, line1=text, city=text, name=text),
        customer=Customer(email="ada@example.com", name=text, locale=locale),
        store_order_number=text,
    )


def pages_of(order: Order, asked: tuple[Discrepancy, ...]) -> list[Page]:
    """Every kind of page about an order."""
    config = current()
    words = Wording(ORDER_ID, order, config)
    pages = Pages(config.store, words.mail.text, words.number)
    typed = order.customer.name
    # Offered fields are held against the order without the catalogue: what is found then is the same again.
    first = form(words, config, asked, asked, offered_for(asked))
    fields = {"lines[0].quantity": "12", "lines[1].unit_price": "14.00", "shipping_address.city": typed + "."}
    proposal = propose(order, asked, fields, run)
    again = form(words, config, asked, proposal.unsettled, proposal.offered, fields, proposal.mistakes)
    kept = ("customer.name",)
    made = [
        pages.form(first, until=typed, again=False, offered_before=()),
        pages.form(again, until=typed, again=True, offered_before=kept),
        pages.preview(preview(words, proposal), given={"shipping_address.city": typed}, offered_before=kept),
        pages.preview(preview(words, proposal, differs=True), given={}, offered_before=()),
        pages.cancel(),
        pages.notice(typed, (typed,), can_cancel=True),
    ]
    return made + [pages.turned_away(kind) for kind in ("expired_link", "wrong_link", "refused", "failed")]


def asked_about(order: Order) -> tuple[Discrepancy, ...]:
    return asked_of_customer(run(order).discrepancies)


def test_there_is_a_text_in_every_language_for_every_key():
    texts = all_texts(SOURCES)
    assert sorted(texts) == sorted(LANGUAGES)
    for language, own in texts.items():
        for key, text in own.items():
            assert text, (language, key)
            assert text.strip() == text or key == "form.wrong_prefix", (language, key)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_in_the_customers_language(language):
    order = wrong_order(locale=language)
    own = all_texts(SOURCES)[language]
    pages = pages_of(order, asked_about(order))
    for page in pages:
        assert page.language == language
        assert f'<html lang="{language}">' in page.html
        assert not re.search(r"\{\w+\}", re.sub(r"<style>.*?</style>", "", page.html, flags=re.DOTALL))
        assert "None" not in page.html
    assert own["form.heading"] in pages[0].html
    assert own["label.postal_code"] in pages[0].html
    assert own["preview.heading"] in pages[2].html


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [c for c, check in CHECKS.items() if "needs_customer" in check.allowed])
def test_every_finding_that_a_customer_may_be_asked_about_has_words_and_a_way_to_answer(language, code):
    case = CASES[code]
    order = case.order.model_copy(update={"customer": case.order.customer.model_copy(update={"locale": language})})
    says = CHECKS[code]
    finding = Discrepancy(
        code=code, path=case.path, found=says.found, expected=says.expected, resolution="needs_customer"
    )
    asked = (finding,)
    config = current()
    words = Wording(ORDER_ID, order, config)
    shown = form(words, config, asked, asked, offered_for(asked))
    assert shown.summary
    page = Pages(config.store, words.mail.text, words.number).form(shown, until="", again=True, offered_before=())
    elements = Elements(page)
    assert elements.referred <= set(elements.ids)
    for section in shown.sections:
        assert section.title
        assert section.fields or section.problems


def test_every_reference_of_a_page_leads_somewhere_and_no_id_stands_twice():
    order = wrong_order()
    for page in pages_of(order, asked_about(order)):
        elements = Elements(page)
        assert elements.referred <= set(elements.ids)
        assert len(elements.ids) == len(set(elements.ids))
        assert not {"script", "iframe", "object"} & {tag for tag, _ in elements.seen}
        assert not [names for _, names in elements.seen if "style" in names or any(n.startswith("on") for n in names)]


PLAIN = wrong_order()
ASKED = asked_about(PLAIN)
ELEMENTS = {element for page in pages_of(PLAIN, ASKED) for element in Elements(page).seen}


@settings(max_examples=40)
@given(st.one_of(st.text(max_size=60), st.just(ATTACK)))
def test_whatever_was_typed_a_page_has_no_other_elements_and_attributes(text):
    for page in pages_of(wrong_order(text), ASKED):
        assert {tag for tag, _ in Elements(page).seen} <= {tag for tag, _ in ELEMENTS}
        attributes = {name for _, names in Elements(page).seen for name in names}
        assert attributes <= {name for _, names in ELEMENTS for name in names}


def test_a_pages_policy_allows_its_own_style_and_no_other():
    words = Wording(ORDER_ID, wrong_order(), current())
    page = Pages(current().store, words.mail.text).cancel()
    with_logo = current().store.model_copy(update={"logo_url": "https://cdn.example.com/logo.png"})
    logo = Pages(with_logo, words.mail.text).cancel()
    assert "img-src" not in page.policy
    assert "img-src https://cdn.example.com;" in logo.policy
    assert '<img src="https://cdn.example.com/logo.png" alt="Northgate Supply">' in logo.html
    assert html_answer(200, page).headers["Content-Security-Policy"] == page.policy


@pytest.mark.parametrize(
    ("header", "tags"),
    [("de-AT,de;q=0.9, en;q=0.5", ("de-AT", "de", "en")), ("", ()), (",;q=1,", ("",)), ("*", ("*",))],
)
def test_languages_that_a_browser_accepts(header, tags):
    assert accepted_languages(header) == tags


def test_quantities_are_told_in_every_form():
    order = wrong_order()
    words = Wording(ORDER_ID, order, current())
    expected = {
        "a multiple of 6 from 6 to 600": "Possible: multiples of 6, from 6 to 600",
        "a multiple of 6 from 6 on": "Possible: multiples of 6, 6 or more",
        "a quantity from 1 to 200": "Possible: from 1 to 200",
        "a quantity from 1200 on": "Possible: 1,200 or more",
        "something else": "",
    }
    for said, hint in expected.items():
        finding = Discrepancy(
            code="QUANTITY_NOT_ALLOWED", path="lines[0].quantity", expected=said, resolution="needs_customer"
        )
        assert words.hint(finding) == hint


def test_an_address_that_is_missing_is_asked_for_whole():
    order = an_order(shipping_address=None)
    asked = asked_about(order)
    words = Wording(ORDER_ID, order, current())
    (section,) = form(words, current(), asked, asked, offered_for(asked)).sections
    assert [field.autocomplete for field in section.fields][:3] == [
        "shipping name",
        "shipping organization",
        "shipping address-line1",
    ]
    assert section.problems == ("There is no address to deliver to.",)
    country = next(field for field in section.fields if field.kind == "select")
    codes = {option.value for option in country.options}
    assert {"US", "DE", ""} <= codes
    assert not codes & {"AQ", "KP"}


def test_the_order_of_a_page_is_lines_first_then_the_address():
    asked = asked_about(wrong_order())
    words = Wording(ORDER_ID, wrong_order(), current())
    sections = form(words, current(), asked, asked, offered_for(asked)).sections
    assert [section.id for section in sections] == ["f-lines-0", "f-lines-1", "f-shipping-address"]
