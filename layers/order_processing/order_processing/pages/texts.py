"""The pages' own words; labels, amounts and the ends of an order are in the mails' words."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from order_processing.mail.texts import LANGUAGES, Texts

COMPILED = Path(__file__).with_name("compiled")
"""Where the build puts the compiled templates and the texts."""


@lru_cache(maxsize=len(LANGUAGES))
def of(language: str) -> Texts:
    """The pages' texts in a language that the mails have too."""
    return Texts(language, json.loads((COMPILED / f"{language}.json").read_text(encoding="utf-8")))


def accepted_languages(header: str) -> tuple[str, ...]:
    """The tags of an Accept-Language header (RFC 9110), in the order in which they stand; browsers sort them."""
    return tuple(part.partition(";")[0].strip() for part in header[:200].split(",") if part.strip())
