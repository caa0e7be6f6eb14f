"""Every language has every text, and each customer is written to in theirs."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from compile_mail import MailMistake, all_texts
from hypothesis import given
from hypothesis import strategies as st

from local.mail_samples import ORDER_ID, order_in_dollars, promise, verified
from order_processing.mail import texts
from order_processing.mail.colours import DARK_CARD, LIGHT_CARD, contrast, of_store
from order_processing.mail.figures import Figures
from order_processing.mail.messages import confirmation, ended, question
from order_processing.money import _EXPONENTS, _TWO_DECIMALS, major_units
from order_processing.order import Customer
from order_processing.settings import current

URL = "https://store.example.com/orders/1"


def test_there_is_a_text_in_every_language_for_every_key():
    assert sorted(all_texts()) == sorted(texts.LANGUAGES)
    for language, own in all_texts().items():
        for key, text in own.items():
            assert text.strip() == text, (language, key)
            assert text, (language, key)


def test_a_language_that_lacks_a_text_or_a_placeholder_stops_the_build(tmp_path, monkeypatch):
    (tmp_path / "texts").mkdir()
    monkeypatch.setattr("compile_mail.SOURCES", tmp_path)
    (tmp_path / "texts" / "en.json").write_text('{"a": "{x}"}', encoding="utf-8")
    (tmp_path / "texts" / "de.json").write_text("{}", encoding="utf-8")
    with pytest.raises(MailMistake, match=r"de\.json: a"):
        all_texts()
    (tmp_path / "texts" / "de.json").write_text('{"a": "{y}"}', encoding="utf-8")
    with pytest.raises(MailMistake, match="placeholders"):
        all_texts()


@pytest.mark.parametrize(
    ("locale", "language", "total", "day"),
    [
        ("en-US", "en", "$127.21", "Friday, December 4, 2026"),
        ("en-GB", "en", "US$127.21", "Friday, 4 December 2026"),
        ("de-AT", "de", "$ 127,21", "Freitag, 4. Dezember 2026"),
        ("de", "de", "127,21 $", "Freitag, 4. Dezember 2026"),
        ("fr_FR", "fr", "127,21 $US", "vendredi 4 décembre 2026"),
        ("es-ES", "es", "127,21 US$", "viernes, 4 de diciembre de 2026"),
        ("ja", "ja", "$127.21", "2026年12月4日金曜日"),
        ("pt_BR.UTF-8", "pt-BR", "US$ 127,21", "sexta-feira, 4 de dezembro de 2026"),
    ],
)
def test_each_locale_has_its_words_and_its_figures(locale: str, language: str, total: str, day: str):
    order = order_in_dollars().model_copy(update={"customer": Customer(name="M. O.", locale=locale)})
    message = confirmation(ORDER_ID, verified(order), promise(order), current(), URL)
    assert message.language == language
    assert f'lang="{language}"' in message.html
    assert total in re.sub(r"[\xa0\u202f]", " ", message.text)
    assert day in message.text
    assert all_texts()[language]["confirmation.heading"] in message.text


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_letter_can_be_written_in_every_language(language: str):
    order = order_in_dollars()
    settings = current()
    until = datetime(2026, 11, 27, 12, tzinfo=UTC)
    for status in ("REJECTED", "CANCELLED", "EXPIRED"):
        message = ended(ORDER_ID, order, "X", "why", settings, URL, status=status, locale=language)
        assert message.language == language
        assert all_texts()[language][f"{status.lower()}.heading"] in message.text
    asked = question(ORDER_ID, order, (), settings, URL, expires_at=until, locale=language)
    assert Figures(language, language).day(date(2026, 11, 27)) in asked.text


@pytest.mark.parametrize(
    ("wishes", "tag"),
    [
        ((None, "de-AT", "en"), "de-AT"),
        (("", "tlh", "fr"), "fr"),
        (("xx",), "en"),
        ((None, None), "en"),
        (("PT",), "PT"),
        (("../../etc",), "en"),
    ],
)
def test_the_first_locale_that_has_a_language_is_taken(wishes: tuple, tag: str):
    assert texts.tag(*wishes) == tag


@given(
    amount=st.integers(-(10**15), 10**15),
    currency=st.sampled_from(sorted(_EXPONENTS | dict.fromkeys(_TWO_DECIMALS, 2))),
    locale=st.sampled_from([*texts.LANGUAGES, "en-GB", "en-IN", "de-CH", "es-MX", "fr-CA", "pt-PT"]),
)
def test_in_every_locale_an_amount_shows_exactly_the_digits_it_has(amount: int, currency: str, locale: str):
    shown = Figures(locale, "en").amount(amount, currency)
    assert "".join(re.findall(r"\d", shown)) == re.sub(r"\D", "", major_units(amount, currency))
    assert ("-" in shown) == (amount < 0)


@given(st.text(max_size=40))
def test_any_locale_a_store_sends_is_answered(locale: str):
    wanted = texts.tag(locale, "fr")
    assert Figures(wanted, texts.of(wanted).language).day(date(2026, 1, 1))


@given(st.from_regex(r"#[0-9a-f]{6}", fullmatch=True))
def test_every_colour_of_a_store_can_be_read_in_light_and_dark(colour: str):
    colours = of_store(colour)
    assert contrast(colours.accent, LIGHT_CARD) >= 4.5
    assert contrast(colours.accent_dark, DARK_CARD) >= 4.5
    assert contrast(colours.button, colours.on_button) >= 4.5
    assert contrast(colours.accent_dark, colours.on_accent_dark) >= 4.5
