"""The console's door: who may see which page, which forms count, what a token must prove."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from order_processing.console.identity import person_of
from order_processing.console.login import page_of_ours
from order_processing.console.page import GoTo, Route, View
from order_processing.console.session import COOKIE, IDLE, LONGEST, form_token
from order_processing.console.staff import Group, Person
from order_processing.signed_tokens import NotProved
from tests.afresh import printed_afresh
from tests.console_desk import CLIENT, ISSUER, KEY, KEYS, NOW, claims, signed
from tests.console_desk import Desk as Seat

OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def proved(token: str) -> Person:
    return person_of(token, lambda _: KEYS, issuer=ISSUER, client_id=CLIENT, nonce="nonce", now=NOW)


def test_a_token_tells_who_it_is_and_which_of_our_groups():
    assert proved(signed()) == Person(id="id-1", username="anna", name="Anna Berg", groups=frozenset({Group.APPROVERS}))


@pytest.mark.parametrize(
    "token",
    [
        pytest.param(lambda: signed(OTHER_KEY), id="another key"),
        pytest.param(lambda: signed(iss="https://evil.example.com"), id="another issuer"),
        pytest.param(lambda: signed(aud="other"), id="another client"),
        pytest.param(lambda: signed(exp=int(NOW.timestamp()) - 120), id="expired"),
        pytest.param(lambda: signed(aud=[CLIENT, "other"]), id="another client as well"),
        pytest.param(lambda: signed(exp=None), id="never expires"),
        pytest.param(lambda: signed(iat=int(NOW.timestamp()) + 120), id="of another day"),
        pytest.param(lambda: signed(iat=None), id="of no time"),
        pytest.param(lambda: signed(token_use="access"), id="an access token"),
        pytest.param(lambda: signed(nonce="another"), id="another login"),
        pytest.param(lambda: signed(nonce=None), id="no nonce"),
        pytest.param(lambda: signed(sub=None), id="nobody"),
        pytest.param(lambda: jwt.encode(claims(), None, "none", headers={"kid": "1"}), id="unsigned"),
        pytest.param(lambda: signed("x" * 64, "HS256"), id="a shared secret"),
        pytest.param(lambda: jwt.encode(claims(), KEY, "RS256", headers={"kid": "2"}), id="an unknown key"),
        pytest.param(lambda: signed()[:-8] + "AAAAAAAA", id="changed"),
        pytest.param(
            lambda: jwt.encode(claims(), KEY, "RS256", headers={"kid": "1", "crit": ["b64"]}), id="something critical"
        ),
        pytest.param(lambda: "nonsense", id="no token"),
    ],
)
def test_a_token_that_proves_nothing(token):
    with pytest.raises(NotProved):
        proved(token())


@given(st.text(max_size=60) | st.from_regex(r"/staff[/\\?.%a-z:@]*", fullmatch=True))
def test_the_way_back_is_always_a_path_of_ours(wanted):
    page = page_of_ours(wanted)
    assert page.startswith("/staff")
    parts = urlsplit("https://store.example.com" + page)
    assert (parts.netloc, parts.path[:6]) == ("store.example.com", "/staff")
    assert page == wanted or page == "/staff"


class Desk(Seat):
    """A console with pages for approvers and one for the warehouse."""

    def __init__(self, *groups: Group, name: str = "Anna Berg") -> None:
        self.done: list[Any] = []
        approvers = frozenset({Group.APPROVERS})
        routes = (
            Route("GET", "/staff/orders/{order_id}", approvers, self._show),
            Route("POST", "/staff/orders/{order_id}", approvers, self._do),
            Route("GET", "/staff/waiting", approvers, self._show, navigation="Waiting", about="What waits."),
            Route("GET", "/staff/packing", frozenset({Group.WAREHOUSE}), self._show, navigation="Packing"),
        )
        super().__init__(routes, *groups, name=name)

    def _show(self, visit):
        return View("notice.html", f"Order {dict(visit.parts)}", {"paragraphs": (), "back": None})

    def _do(self, visit):
        self.done.append((visit.person.actor, dict(visit.parts), dict(visit.form)))
        return GoTo(visit.form.get("to", "/staff"))


def test_a_login_leads_back_to_the_page_that_was_wanted():
    desk = Desk(Group.APPROVERS)
    assert desk.sign_in("/staff/orders/ABC").headers["Location"] == "/staff/orders/ABC"
    assert "Order {&#39;order_id&#39;: &#39;ABC&#39;}" in desk.send("GET", "/staff/orders/ABC").body


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("group", "may"),
    [(Group.APPROVERS, True), (Group.ADMINS, True), (Group.WAREHOUSE, False), (Group.OPERATIONS, False)],
)
def test_a_page_and_what_it_does_are_for_its_groups_alone(method, group, may):
    desk = Desk(group)
    desk.sign_in()
    answer = desk.post("/staff/orders/ABC") if method == "POST" else desk.send("GET", "/staff/orders/ABC")
    assert answer.status == (403 if not may else 303 if method == "POST" else 200)
    assert bool(desk.done) == (may and method == "POST")


def test_the_navigation_holds_what_a_person_may_see():
    desk = Desk(Group.WAREHOUSE)
    desk.sign_in()
    body = desk.send("GET", "/staff").body
    assert 'href="/staff/packing"' in body
    assert "/staff/waiting" not in body


def test_an_action_knows_who_does_it():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    desk.post("/staff/orders/ABC", decision="approve")
    assert desk.done == [("staff: Anna Berg (id-1)", {"order_id": "ABC"}, {"decision": "approve"})]


def test_an_action_leads_to_pages_of_ours_alone():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    assert desk.post("/staff/orders/ABC", to="https://evil.example.com").headers["Location"] == "/staff"


def test_a_form_without_a_session_does_nothing():
    desk = Desk(Group.APPROVERS)
    desk.cookies[COOKIE] = "x"
    assert desk.post("/staff/orders/ABC").status == 401
    assert not desk.done


@given(st.text(max_size=70))
def test_a_form_with_another_token_does_nothing(token):
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    assert desk.post("/staff/orders/ABC", form_token=token).status == 403
    assert not desk.done


def test_get_never_changes_anything_and_other_methods_are_no_way_around():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    desk.send("GET", "/staff/orders/ABC?decision=approve&form_token=" + form_token(desk.cookies[COOKIE]))
    assert not desk.done
    for method in ("PUT", "PATCH", "DELETE"):
        assert desk.send(method, "/staff/orders/ABC").status in (400, 404)
    assert not desk.done
    assert desk.send("GET", "/staff/logout").status == 404


def test_what_a_person_is_called_is_text():
    desk = Desk(Group.APPROVERS, name="<script>alert(1)</script>")
    desk.sign_in()
    body = desk.send("GET", "/staff").body
    assert "<script>" not in body
    assert "&lt;script&gt;" in body


def test_a_session_ends_with_the_day_and_when_nobody_uses_it():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    desk.now = NOW + IDLE
    assert desk.send("GET", "/staff").status == 303
    desk.now = NOW
    desk.sign_in()
    for _ in range(int(LONGEST / timedelta(minutes=30))):
        assert desk.send("GET", "/staff").status == 200
        desk.now += timedelta(minutes=30)
    assert desk.send("GET", "/staff").status == 303
    assert not desk.kept, "what is over is forgotten"


def test_groups_are_asked_for_again_every_five_minutes_and_not_more_often():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    for minute in range(12):
        desk.now = NOW + timedelta(minutes=minute)
        desk.send("GET", "/staff")
    assert desk.pool.asked == 2
    desk.pool.person = None
    desk.now = NOW + timedelta(minutes=16)
    assert desk.send("GET", "/staff").status == 303


def test_the_table_of_sessions_holds_no_cookie():
    desk = Desk(Group.APPROVERS)
    desk.sign_in()
    assert desk.cookies[COOKIE] not in str(dict(desk.kept))


def test_the_console_starts_without_cryptography():
    code = "import sys, order_processing.console.approvals, order_processing.console.console; print({} in sys.modules)"
    assert [printed_afresh(code.format(repr(name))) for name in ("jwt", "cryptography", "boto3")] == [["False"]] * 3
