"""Whole pages: HTML with the policy under which a browser may show it (Content Security Policy Level 3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import jinja2

from order_processing.mail import colours
from order_processing.mail.environment import environment
from order_processing.mail.letter import Link
from order_processing.mail.plain import one_line
from order_processing.mail.texts import Texts
from order_processing.pages import texts
from order_processing.pages.order_page import OrderShown, RowShown
from order_processing.pages.shown import CardShown, FormShown, PreviewShown
from order_processing.pages.texts import COMPILED
from order_processing.settings import Store


class PagesNotCompiled(RuntimeError):
    """The package was used before `compile_pages.py` had put the compiled templates into it."""


@dataclass(frozen=True)
class Page:
    """A page. policy: its Content-Security-Policy."""

    html: str
    policy: str
    language: str


class Pages:
    """Pages of one store in one language. number: the order's, as people read it; "" where no order is known."""

    def __init__(self, store: Store, text: Texts, number: str = "") -> None:
        self._store = store
        self._mail = text
        self._page = texts.of(text.language)
        self._number = number

    def form(self, shown: FormShown, *, until: str, again: bool, offered_before: Iterable[str]) -> Page:
        """The form. again: whether it comes back because something is not right yet."""
        title = self._page("form.wrong_prefix") if again else ""
        return self._render(
            "form.html",
            title=title + self._page("form.title"),
            heading=self._page("form.heading"),
            form=shown,
            until=until,
            again=again,
            offered_before=tuple(offered_before),
        )

    def preview(self, shown: PreviewShown, *, given: Mapping[str, str], offered_before: Iterable[str]) -> Page:
        """What the corrections change, to be accepted."""
        heading = self._page("preview.heading")
        fields = {name: one_line(value) for name, value in given.items()}
        return self._render(
            "preview.html",
            title=heading,
            heading=heading,
            preview=shown,
            fields=fields,
            offered_before=tuple(offered_before),
        )

    def choices(self, cards: Iterable[CardShown], *, until: str, changed: bool) -> Page:
        """What was offered, to be chosen of. changed: whether it is no longer what was seen before."""
        shown = tuple(cards)
        again = changed or any(card.problem for card in shown)
        title = self._page("form.wrong_prefix") if again else ""
        return self._render(
            "choices.html",
            title=title + self._page("choose.title"),
            heading=self._mail("offer.heading"),
            cards=shown,
            until=until,
            changed=changed,
        )

    def cancel(self) -> Page:
        """Whether the order is really to be cancelled."""
        heading = self._page("cancel.heading")
        return self._render("cancel.html", title=heading, heading=heading)

    def notice(
        self, heading: str, paragraphs: Iterable[str], *, button: Link | None = None, can_cancel: bool = False
    ) -> Page:
        """A page that says one thing."""
        return self._render(
            "notice.html",
            title=heading,
            heading=heading,
            paragraphs=tuple(paragraphs),
            button=button,
            can_cancel=can_cancel,
        )

    def order(
        self,
        heading: str,
        shown: OrderShown,
        *,
        answer: Link | None,
        can_cancel: bool,
        too_late: str,
        list_offer: str,
    ) -> Page:
        """One order. answer: to the page of a question that waits; list_offer: what asking for the list does.

        too_late: what to do instead of cancelling, "" while it can be cancelled.
        """
        return self._render(
            "order.html",
            title=heading,
            heading=heading,
            order=shown,
            answer=answer,
            can_cancel=can_cancel,
            too_late=too_late,
            list_offer=list_offer,
        )

    def orders(self, rows: Iterable[RowShown], *, more: str) -> Page:
        """The orders of an account. more: where the earlier ones are, "" where there are none."""
        heading = self._page("orders.title")
        return self._render("orders.html", title=heading, heading=heading, rows=tuple(rows), more=more)

    def turned_away(self, kind: str) -> Page:
        """Why a request was not served. kind: expired_link, wrong_link, refused or failed."""
        paragraphs = (self._say(f"{kind}.text"),)
        return self.notice(self._say(f"{kind}.heading"), paragraphs)

    def _say(self, key: str) -> str:
        return self._page(key, number=self._number, store=one_line(self._store.name))

    def _render(self, template: str, **values: Any) -> Page:
        style = _style(self._store.colour)
        html = (
            _templates()
            .get_template(template)
            .render(
                t=self._say,
                mail=self._mail,
                language=self._mail.language,
                number=self._number,
                store=self._store,
                logo=_logo(self._store),
                style=style,
                **values,
            )
        )
        return Page(html=html, policy=_policy(style, self._store), language=self._mail.language)


def _policy(style: str, store: Store) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    logo = urlsplit(_logo(store))
    images = f"img-src {logo.scheme}://{logo.netloc}; " if logo.netloc else ""
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; {images}"
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def _logo(store: Store) -> str:
    return store.logo_url if store.logo_url.startswith("https://") else ""


@lru_cache(maxsize=4)
def _style(colour: str) -> str:
    return _templates().get_template("page.css").render(colours=colours.of_store(colour)).strip()


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    if not COMPILED.is_dir():
        raise PagesNotCompiled(f"run compile_pages.py first: there is no {COMPILED.name}/ beside {__name__}")
    return environment(jinja2.ModuleLoader(COMPILED))
