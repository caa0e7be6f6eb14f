"""The console's one door: who comes in, whether they may, and the page they get."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from order_processing import order_number
from order_processing.audit import Act, Audit
from order_processing.console.login import HOME, SIGNED_OUT, Login, LoginRefused, page_of_ours
from order_processing.console.page import Download, GoTo, Notice, Route, Shown, View, Visit
from order_processing.console.session import form_token, is_form_token
from order_processing.console.shell import HTML, SAFE, Shell
from order_processing.console.staff import EVERYONE, Person
from order_processing.http import Answer, Problem, Request
from order_processing.observe import logger
from order_processing.settings import Settings

LARGEST_FORM = 64 * 1024
_MOST_FIELDS = 1000
_FORM = "application/x-www-form-urlencoded"


class _Refused(Exception):
    def __init__(self, notice: Notice, code: str) -> None:
        super().__init__(code)
        self.notice = notice
        self.code = code


class Console:
    """Every request under /staff. routes: what each module brings; the first that fits a path is the one.

    audit: where every POST is kept, before it is done and with what came of it.
    """

    def __init__(
        self,
        routes: Iterable[Route],
        *,
        login: Login,
        settings: Settings,
        audit: Audit | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        home = Route("GET", HOME, EVERYONE, self._home, navigation="Start")
        self._routes = (home, *routes)
        self._login = login
        self._settings = settings
        self._audit = audit
        self._clock = clock
        self._made: Shell | None = None

    def answer(self, method: str, path: str, request: Request) -> Answer:
        """The answer to a request. method: HEAD is answered as GET."""
        method = "GET" if method == "HEAD" else method
        path = path.rstrip("/") or HOME
        if (method, path) == ("GET", "/staff/login"):
            url, cookie = self._login.begin(request.query.get("next", ""))
            return _redirect(url, cookie)
        if (method, path) == ("GET", "/staff/callback"):
            return self._finish(request)
        if (method, path) == ("GET", SIGNED_OUT):
            return self._alone(_SIGNED_OUT)
        now = self._clock()
        found = self._login.session(request, now)
        if found is None:
            return self._stranger(method, path, request)
        session, secret = found
        person, token = session.person, form_token(secret)
        try:
            form = _form(request, secret) if method != "GET" else {}
            if (method, path) == ("POST", "/staff/logout"):
                url, cookie = self._login.end(request)
                logger.info("staff signed out", extra={"by": person.id})
                return _redirect(url, cookie)
            shown = self._serve(method, path, person, now, request, form)
        except _Refused as refused:
            logger.info("staff turned away", extra={"code": refused.code, "by": person.id, "path_method": method})
            shown = refused.notice
        return self._shown(shown, person, path, token)

    def failed(self) -> Answer:
        """The page after a fault of ours."""
        return self._alone(_FAILED)

    def _serve(
        self, method: str, path: str, person: Person, now: datetime, request: Request, form: dict[str, str]
    ) -> Shown:
        if not person.may(EVERYONE):
            raise _Refused(_NO_GROUP, "NO_GROUP")
        fitting = [(route, parts) for route in self._routes if (parts := route.parts(path)) is not None]
        if not fitting:
            raise _Refused(_NOT_FOUND, "NO_SUCH_PAGE")
        for route, parts in fitting:
            if route.method == method:
                if not person.may(route.groups):
                    raise _Refused(_NOT_YOURS, "NOT_IN_GROUP")
                visit = Visit(person=person, now=now, parts=parts, query=request.query, form=form)
                return self._audited(route, visit) if method == "POST" else route.show(visit)
        raise _Refused(_NOT_FOUND, "NO_SUCH_METHOD")

    def _audited(self, route: Route, visit: Visit) -> Shown:
        """What somebody does, kept with who, when and about which order; of the form only the button's value."""
        if self._audit is None:
            return route.show(visit)
        act = Act(
            at=visit.now,
            actor=visit.person.actor,
            by=visit.person.id,
            what=f"{route.act or route.path.removeprefix(HOME)}: {visit.form.get('do', '')[:40] or 'post'}",
            order_id=_order_of(visit),
        )
        self._audit.keep(act)
        outcome = "failed"
        try:
            shown = route.show(visit)
            outcome = "done" if isinstance(shown, GoTo) or shown.status < 400 else "refused"
        finally:
            self._audit.keep(act.model_copy(update={"outcome": outcome}))
        return shown

    def _shown(self, shown: Shown, person: Person, path: str, token: str) -> Answer:
        if isinstance(shown, GoTo):
            return _redirect(page_of_ours(shown.path))
        if isinstance(shown, Notice):
            return self._shell.notice(shown, person=person, path=path, token=token)
        if isinstance(shown, Download):
            named = {"Content-Disposition": f'attachment; filename="{shown.name}"'}
            return Answer(status=shown.status, body=shown.body, content_type=shown.content_type, headers=SAFE | named)
        return self._shell.render(shown, person=person, path=path, token=token)

    def _finish(self, request: Request) -> Answer:
        try:
            page, cookies, person = self._login.finish(request, self._clock())
        except LoginRefused as error:
            logger.info("staff login refused", extra={"code": str(error)})
            return self._alone(_LOGIN_REFUSED)
        logger.info("staff signed in", extra={"by": person.id})
        return _redirect(page, *cookies)

    def _stranger(self, method: str, path: str, request: Request) -> Answer:
        if method != "GET":
            return self._alone(_SESSION_OVER)
        query = "&".join(f"{quote(name)}={quote(value)}" for name, value in request.query.items())
        wanted = page_of_ours(path + (f"?{query}" if query else ""))
        return _redirect(f"/staff/login?next={quote(wanted, safe='')}")

    def _alone(self, notice: Notice) -> Answer:
        return self._shell.notice(notice, person=None, path="")

    def _home(self, visit: Visit) -> Shown:
        pages = [route for route in self._shell.navigation(visit.person) if route.path != HOME]
        return View("home.html", f"Hello {visit.person.name}", {"pages": pages})

    @property
    def _shell(self) -> Shell:
        # Made at the first request: it asks the user pool where a logout leads.
        if self._made is None:
            self._made = Shell(self._settings.store, self._routes, self._login.logout_origin())
        return self._made


def _order_of(visit: Visit) -> str:
    """The order that a request is about; "" for none."""
    try:
        return order_number.parse(visit.parts.get("order_id") or visit.form.get("order_id") or "")
    except order_number.OrderNumberError:
        return ""


def _form(request: Request, secret: str) -> dict[str, str]:
    """The fields of a form that one of this session's own pages has sent; else _Refused."""
    try:
        raw = request.raw_body()
    except Problem as problem:
        raise _Refused(_ODD, problem.code) from None
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM or len(raw) > LARGEST_FORM:
        raise _Refused(_ODD, "NOT_A_FORM")
    try:
        fields = dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise _Refused(_ODD, "NOT_A_FORM") from None
    # Browsers say where a request comes from (Fetch Metadata); the token holds where they do not.
    if request.headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise _Refused(_FORGED, "FROM_ANOTHER_SITE")
    if not is_form_token(fields.pop("form_token", ""), secret):
        raise _Refused(_FORGED, "FORM_TOKEN_INVALID")
    return fields


def _redirect(location: str, *cookies: str) -> Answer:
    return Answer(status=303, body="", content_type=HTML, headers=SAFE | {"Location": location}, cookies=cookies)


_AGAIN = ("/staff", "Sign in")
_SIGNED_OUT = Notice("You are signed out", ("Close the browser if others use this computer.",), back=_AGAIN)
_LOGIN_REFUSED = Notice(
    "The sign-in did not work",
    ("It took too long, was begun in another window, or was refused. Please sign in again.",),
    status=403,
    back=_AGAIN,
)
_SESSION_OVER = Notice(
    "Please sign in again",
    ("Your session is over, so nothing was changed. Sign in, open the page again and repeat what you did.",),
    status=401,
    back=_AGAIN,
)
_NO_GROUP = Notice(
    "You have no access yet",
    ("You are signed in, but in no group. An administrator can add you to one.",),
    status=403,
)
_NOT_YOURS = Notice(
    "This page is not for your group",
    ("An administrator can add you to the group that uses it.",),
    status=403,
    back=("/staff", "Start"),
)
_NOT_FOUND = Notice("There is no such page", ("The address may be incomplete.",), status=404, back=("/staff", "Start"))
_ODD = Notice("This form cannot be read", ("Please go back and try again.",), status=400, back=("/staff", "Start"))
_FORGED = Notice(
    "Nothing was changed",
    ("The form did not come from your current session. Open the page again and repeat what you did.",),
    status=403,
    back=("/staff", "Start"),
)
_FAILED = Notice(
    "Something went wrong here", ("Nothing is half-done. Please try again.",), status=500, back=("/staff", "Start")
)
