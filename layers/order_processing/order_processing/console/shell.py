"""The shell around every page of the console: navigation by group, who is logged in, and a strict content policy."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import jinja2

from order_processing.console.page import Notice, Route, View
from order_processing.console.staff import Person
from order_processing.http import Answer
from order_processing.mail import colours
from order_processing.mail.environment import environment
from order_processing.settings import Store

COMPILED = Path(__file__).with_name("compiled")
HTML = "text/html; charset=utf-8"
SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class ConsoleNotCompiled(RuntimeError):
    """The package was used before `compile_console.py` had put the compiled templates into it."""


class Shell:
    """Pages in their shell. routes: all of the console's; logout_origin: where the logout leads."""

    def __init__(self, store: Store, routes: Iterable[Route], logout_origin: str) -> None:
        self._store = store
        self._routes = tuple(routes)
        self._logout_origin = logout_origin

    def render(self, view: View, *, person: Person | None, path: str, token: str = "") -> Answer:
        """A view as an answer. person: None for a page without login. token: the session's, for its forms."""
        style = _style(self._store.colour)
        html = (
            _templates()
            .get_template(view.template)
            .render(
                heading=view.heading,
                store=self._store,
                style=style,
                person=person,
                navigation=self.navigation(person),
                path=path,
                form_token=token,
                **view.values,
            )
        )
        headers = SAFE | {"Content-Security-Policy": self._policy(style), "Content-Language": "en"}
        if view.refresh:
            headers["Refresh"] = str(view.refresh)
        return Answer(status=view.status, body=html, content_type=HTML, headers=headers)

    def notice(self, notice: Notice, *, person: Person | None, path: str, token: str = "") -> Answer:
        """A page that says one thing."""
        values = {"paragraphs": notice.paragraphs, "back": notice.back}
        view = View("notice.html", notice.heading, values, status=notice.status)
        return self.render(view, person=person, path=path, token=token)

    def navigation(self, person: Person | None) -> tuple[Route, ...]:
        """The pages that this person finds in the navigation."""
        return tuple(r for r in self._routes if r.navigation and person and person.may(r.groups))

    def _policy(self, style: str) -> str:
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        return (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self'; "
            f"form-action 'self' {self._logout_origin}; frame-ancestors 'none'; base-uri 'none'"
        )


@lru_cache(maxsize=4)
def _style(colour: str) -> str:
    return _templates().get_template("console.css").render(colours=colours.of_store(colour)).strip()


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    if not COMPILED.is_dir():
        raise ConsoleNotCompiled(f"run compile_console.py first: there is no {COMPILED.name}/ beside {__name__}")
    return environment(jinja2.ModuleLoader(COMPILED))
