"""A form as a browser sends it, and a page as a browser gets it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from order_processing.http import Answer, Problem, Request
from order_processing.pages.page import Page

LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 400
_FORM = "application/x-www-form-urlencoded"
_HTML = "text/html; charset=utf-8"
_SAFE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class TurnedAway(Exception):
    """A request that is answered with a page of its own."""

    def __init__(self, status: int, kind: str, order_id: str = "") -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.order_id = order_id


def read_form(request: Request, order_id: str) -> dict[str, str]:
    """The form's fields, each once."""
    try:
        raw = request.raw_body()
    except Problem as problem:
        raise TurnedAway(problem.status, "refused", order_id) from None
    if len(raw) > LARGEST_FORM:
        raise TurnedAway(413, "refused", order_id)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise TurnedAway(415, "refused", order_id)
    try:
        pairs = parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise TurnedAway(400, "refused", order_id) from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise TurnedAway(400, "refused", order_id)
    return fields


def html_answer(status: int, page: Page) -> Answer:
    return Answer(
        status=status,
        body=page.html,
        content_type=_HTML,
        headers=_SAFE | {"Content-Security-Policy": page.policy, "Content-Language": page.language},
    )


def see_other(request: Request, step: str = "") -> Answer:
    """To a page by GET, so that a reload or the back button sends nothing again (RFC 9110, 303)."""
    location = f"?token={quote(request.query.get('token', ''), safe='')}" + (f"&step={step}" if step else "")
    return Answer(status=303, body="", content_type=_HTML, headers=_SAFE | {"Location": location})
