"""The mail's words in each language, and which language a customer is written to in."""

from __future__ import annotations

import json
from functools import lru_cache

from order_processing.mail.environment import COMPILED

LANGUAGES = ("en", "de", "fr", "es", "ja", "pt-BR")


class Texts:
    """One language's texts. A missing text or a missing value for its placeholder is a KeyError."""

    def __init__(self, language: str, texts: dict[str, str]) -> None:
        self.language = language
        self._texts = texts

    def __call__(self, key: str, **values: str) -> str:
        """A text with its placeholders filled in; not escaped, the templates do that."""
        return self._texts[key].format_map(values)

    def __contains__(self, key: str) -> bool:
        return key in self._texts


def tag(*wishes: str | None) -> str:
    """The first of some wishes that is a locale we have a language for, as a BCP 47 tag; "en" if none is.

    Stores write "de", "de-AT", "de_AT" or "de-AT.UTF-8": the language decides, the rest only formats.
    """
    for wish in wishes:
        candidate = (wish or "").strip().replace("_", "-").split(".")[0].split("@")[0]
        if _language(candidate):
            return candidate
    return "en"


def of(wanted: str) -> Texts:
    """The texts for a tag as `tag` returns it."""
    return _load(_language(wanted) or "en")


def _language(wanted: str) -> str | None:
    primary = wanted.split("-")[0].lower()
    return next((known for known in LANGUAGES if known.split("-")[0] == primary), None)


@lru_cache(maxsize=len(LANGUAGES))
def _load(language: str) -> Texts:
    text = (COMPILED / f"{language}.json").read_text(encoding="utf-8")
    return Texts(language, json.loads(text))
