"""Staff log in to the deployed console through the user pool's own pages, and only they, and only where they may."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from local import LocalStack
from local.staff import APPROVER, NEWCOMER, OPERATOR, PACKER
from order_processing.adapters.attributes import document, read_document
from order_processing.console.session import Session
from tests.staff import Desk

pytestmark = pytest.mark.xdist_group("stack")


def heading(answer) -> str:
    return re.search(r"<h1>(.*?)</h1>", answer.body.decode())[1]


def test_a_member_logs_in_and_out(stack: LocalStack):
    desk = Desk(stack)
    home = desk.sign_in(APPROVER)
    assert (home.status, heading(home)) == (200, "Hello Anna Berg")
    session = desk.cookies["__Host-staff"]
    out = desk.post("/staff/logout", {}, token=desk.token())
    assert out.status == 303
    assert "/logout?client_id=" in out.headers["location"]
    assert "__Host-staff" not in desk.cookies
    desk.cookies["__Host-staff"] = session
    assert desk.get("/staff").status == 303, "the session itself is over, not only its cookie"
    assert heading(desk.get("/staff/signed-out")) == "You are signed out"


def test_cookies_are_for_this_host_and_out_of_reach(stack):
    desk = Desk(stack)
    begun = desk.get("/staff/login")
    assert re.fullmatch(
        r"__Host-staff-login=[\w-]+; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=600", begun.headers["set-cookie"]
    )
    finished = desk.get(desk.login_of_the_pool(begun.headers["location"], APPROVER))
    session, gone = finished.headers["set-cookie"].split("\n")
    assert re.fullmatch(r"__Host-staff=[\w-]{43}; Path=/; Secure; HttpOnly; SameSite=Lax", session)
    assert gone.startswith("__Host-staff-login=; ")


def test_what_a_login_asks_the_pool_for(stack):
    asked = parse_qs(urlsplit(Desk(stack).get("/staff/login").headers["location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [stack.outputs["ApiUrl"] + "/staff/callback"]
    assert all(len(asked[name][0]) >= 43 for name in ("state", "nonce", "code_challenge"))


def test_a_login_gets_a_session_of_its_own_whatever_cookie_came_with_it(stack):
    desk = Desk(stack)
    desk.cookies["__Host-staff"] = "planted-by-somebody-else"
    desk.sign_in(APPROVER)
    first = desk.cookies["__Host-staff"]
    assert first != "planted-by-somebody-else"
    begun = desk.get("/staff/login")
    desk.get(desk.login_of_the_pool(begun.headers["location"], APPROVER))
    assert desk.cookies["__Host-staff"] != first
    desk.cookies["__Host-staff"] = first
    assert desk.get("/staff").status == 303, "the session that a new login replaces is over"


def test_a_code_is_good_once_and_in_the_browser_that_asked_for_it(stack):
    victim, attacker = Desk(stack), Desk(stack)
    begun = attacker.get("/staff/login")
    back = attacker.login_of_the_pool(begun.headers["location"], OPERATOR)
    assert victim.get(back).status == 403, "a browser that began no login"
    victim.get("/staff/login")
    assert victim.get(back).status == 403, "a browser that began another login"
    assert "__Host-staff" not in victim.cookies
    kept = dict(attacker.cookies)
    assert attacker.get(back).status == 303
    attacker.cookies = kept
    assert attacker.get(back).status == 403, "the code again"


def test_a_code_is_worth_nothing_without_its_verifier(stack):
    desk = Desk(stack)
    begun = desk.get("/staff/login")
    back = desk.login_of_the_pool(begun.headers["location"], APPROVER)
    code = parse_qs(urlsplit(back).query)["code"][0]
    other = Desk(stack)
    state = parse_qs(urlsplit(other.get("/staff/login").headers["location"]).query)["state"][0]
    answer = other.get("/staff/callback?" + urlencode({"code": code, "state": state}))
    assert answer.status == 403
    assert "__Host-staff" not in other.cookies


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example.com", "https://evil.example.com/staff", "/staff\\evil", "/orders/1", "/staff/../x%0d%0aA:1"],
)
def test_the_way_back_leads_to_the_console_alone(stack, wanted):
    desk = Desk(stack)
    begun = desk.get("/staff/login?" + urlencode({"next": wanted}))
    finished = desk.get(desk.login_of_the_pool(begun.headers["location"], APPROVER))
    assert finished.headers["location"] == "/staff"


def test_a_member_without_a_group_sees_that_and_nothing_else(stack):
    desk = Desk(stack)
    shown = desk.sign_in(NEWCOMER)
    assert (shown.status, heading(shown)) == (403, "You have no access yet")


def test_a_form_of_another_site_changes_nothing(stack):
    desk = Desk(stack)
    desk.sign_in(PACKER)
    token = desk.token()
    assert desk.post("/staff/logout", {}, token="").status == 403
    assert desk.post("/staff/logout", {}, token="0" * 64).status == 403
    assert desk.post("/staff/logout", {}, token=token, **{"sec-fetch-site": "cross-site"}).status == 403
    assert desk.post("/staff/logout", {}, token=token, **{"content-type": "text/plain"}).status == 400
    other = Desk(stack)
    other.sign_in(APPROVER)
    assert desk.post("/staff/logout", {}, token=other.token()).status == 403, "another session's token"
    assert desk.get("/staff").status == 200, "still signed in"


def test_a_member_who_may_no_longer_log_in_is_out_within_minutes(stack):
    desk = Desk(stack)
    desk.sign_in(PACKER)
    cognito = stack.client("cognito-idp")
    named = {"UserPoolId": stack.outputs["StaffPool"], "Username": PACKER.email}
    table, dynamodb = stack.outputs["SessionsTable"], stack.client("dynamodb")
    cognito.admin_remove_user_from_group(**named, GroupName="warehouse")
    try:
        _age_sessions(dynamodb, table)
        assert heading(desk.get("/staff")) == "You have no access yet"
    finally:
        cognito.admin_add_user_to_group(**named, GroupName="warehouse")
    cognito.admin_disable_user(**named)
    try:
        _age_sessions(dynamodb, table)
        assert desk.get("/staff").status == 303
    finally:
        cognito.admin_enable_user(**named)


def _age_sessions(dynamodb, table: str) -> None:
    """As if the user pool had been asked six minutes ago."""
    for item in dynamodb.scan(TableName=table)["Items"]:
        session = read_document(item["document"], Session)
        aged = session.model_copy(update={"checked_at": session.checked_at - timedelta(minutes=6)})
        dynamodb.put_item(TableName=table, Item={**item, "document": document(aged)})


def test_pages_may_do_nothing_but_show_themselves_and_no_cache_keeps_them(stack):
    desk = Desk(stack)
    headers = desk.sign_in(APPROVER).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
