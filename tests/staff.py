"""A member of staff at the deployed console without a browser: logs in as one would, keeps cookies, sends forms."""

from __future__ import annotations

import http.client
import re
from urllib.parse import parse_qs, urlencode, urlsplit

from local import LocalStack, Response
from local.staff import PASSWORD, Member


def login_of_the_pool(url: str, member: Member) -> str:
    """Fills in the pool's login form, and returns the address to which it sends the browser back."""
    fields = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
    form = urlencode({**fields, "username": member.email, "password": PASSWORD})
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
    connection.request("POST", "/login", form, {"Content-Type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    location = answer.getheader("location") or ""
    assert location, answer.read()
    connection.close()
    return location


class Desk:
    """One member's cookies. `get` and `post` do not follow redirects."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.cookies: dict[str, str] = {}

    def sign_in(self, member: Member, page: str = "/staff") -> Response:
        """From a page of the console through the pool's login and back: the answer of the page at the end."""
        asked = self.get(page)
        assert asked.status == 303, asked
        begun = self.get(asked.headers["location"])
        came_back = self.login_of_the_pool(begun.headers["location"], member)
        finished = self.get(came_back)
        assert finished.status == 303, finished.body
        return self.get(finished.headers["location"])

    def login_of_the_pool(self, url: str, member: Member) -> str:
        """As the function of this name; the path alone."""
        location = urlsplit(login_of_the_pool(url, member))
        return f"{location.path}?{location.query}"

    def get(self, path: str, **headers: str) -> Response:
        return self._request("GET", path, headers)

    def post(self, path: str, form: dict[str, str], *, token: str | None = None, **headers: str) -> Response:
        """Send a form. token: the session's, read from the page's path unless given."""
        token = self.token(path) if token is None else token
        body = urlencode({**form, "form_token": token})
        return self._request("POST", path, {"content-type": "application/x-www-form-urlencoded", **headers}, body)

    def token(self, path: str = "/staff") -> str:
        """The session's form token, as its pages carry it."""
        found = re.search(r'name="form_token" value="(\w+)"', self.get(path).body.decode())
        return found[1] if found else ""

    def _request(self, method: str, path: str, headers: dict[str, str], body: str = "") -> Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        path = path if path.startswith("/") else "/" + path.split("/", 3)[3]
        answer = self.stack.request(method, path, {**headers, **({"Cookie": cookies} if cookies else {})}, body)
        for line in answer.headers.get("set-cookie", "").split("\n"):
            name, is_set, rest = line.partition("=")
            if is_set:
                self.cookies[name] = rest.partition(";")[0]
        self.cookies = {name: value for name, value in self.cookies.items() if value}
        return answer
