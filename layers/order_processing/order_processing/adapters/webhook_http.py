"""Endpoints over HTTPS, guarded: a subscriber's URL must not lead into our own network (SSRF, OWASP API7:2023).

The name is resolved once, every address must be public, and the connection goes to an address that was checked, so no
second answer of the DNS changes where it goes. TLS is proved against the name. Redirects are not followed, little of an
answer is read, none of it is kept, and a whole attempt ends when its time is up, however slowly the answer drips.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from threading import Timer

from order_processing.webhooks.addresses import is_loopback, is_public
from order_processing.webhooks.endpoint import Target, UnfitUrl, target_of
from order_processing.webhooks.ports import Answer, NotReached

_CONNECT_SECONDS = 5.0
_ADDRESSES = 2
SECONDS = 15.0
"""For one attempt, from the connection to the answer; Standard Webhooks advises 15 to 30."""
_READ = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]


def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a host, as the system's resolver gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class EndpointHttps:
    """The port `EndpointHttp`.

    loopback_allowed: whether this machine itself may be called, also without TLS. Only a stack on a developer's
    own machine sets it.
    """

    def __init__(
        self,
        *,
        loopback_allowed: bool = False,
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
        allowed: Callable[[str], bool] = is_public,
        seconds: float = SECONDS,
    ) -> None:
        self._loopback_allowed = loopback_allowed
        self._resolve = resolve
        self._tls = tls or ssl.create_default_context()
        self._allowed = allowed
        self._seconds = seconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        try:
            target = target_of(url, plain_allowed=self._loopback_allowed)
        except UnfitUrl as error:
            raise NotReached(str(error)) from None
        return self._exchange(target, self.checked(target), headers, body)

    def checked(self, target: Target) -> Sequence[str]:
        """The addresses to connect to; NotReached where the host has one that may not be called."""
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise NotReached("its name has no address") from None
        if not addresses:
            raise NotReached("its name has no address")
        if self._loopback_allowed and all(map(is_loopback, addresses)):
            return addresses[:_ADDRESSES]
        if not target.secure:
            raise NotReached("not https")
        if not all(map(self._allowed, addresses)):
            raise NotReached("its name leads to an address that is not public")
        return addresses[:_ADDRESSES]

    def _exchange(self, target: Target, addresses: Sequence[str], headers: Mapping[str, str], body: bytes) -> Answer:
        connection = _Pinned(target, addresses, self._tls if target.secure else None)
        # A socket's own time-out begins anew with each byte.
        watch = Timer(self._seconds, connection.break_off)
        watch.daemon = True
        watch.start()
        try:
            connection.request("POST", target.path, body, dict(headers))
            answer = connection.getresponse()
            if connection.broken_off:  # to the parser, headers that end with the connection are whole
                raise TimeoutError
            with suppress(OSError, http.client.HTTPException, ValueError):
                answer.read(_READ)
            return Answer(status=answer.status, retry_after=_seconds_of(answer.headers.get("retry-after", "")))
        except TimeoutError:
            raise NotReached("no answer in time") from None
        except ssl.SSLError:
            raise NotReached("no answer in time" if connection.broken_off else "its TLS cannot be proved") from None
        except (OSError, ValueError, http.client.HTTPException):
            raise NotReached("no answer in time" if connection.broken_off else "the connection failed") from None
        finally:
            watch.cancel()
            connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the first of these addresses that takes it; TLS is proved against the host's name."""

    broken_off = False

    def __init__(self, target: Target, addresses: Sequence[str], tls: ssl.SSLContext | None) -> None:
        super().__init__(target.host, target.port, timeout=SECONDS)
        self._addresses = addresses
        self._wrap = tls
        self.default_port = 443 if tls else 80  # what the Host header may leave out

    def connect(self) -> None:
        *others, last = self._addresses
        for address in others:
            with suppress(OSError):
                self.sock = socket.create_connection((address, self.port), _CONNECT_SECONDS)
                break
        else:
            self.sock = socket.create_connection((last, self.port), _CONNECT_SECONDS)
        self.sock.settimeout(SECONDS)
        if self.broken_off:
            raise TimeoutError
        if self._wrap:
            secured = self._wrap.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self.sock = secured
            secured.do_handshake()

    def break_off(self) -> None:
        """End it from another thread."""
        self.broken_off = True
        if sock := self.sock:
            with suppress(OSError):
                socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _seconds_of(retry_after: str) -> timedelta | None:
    """The header Retry-After (RFC 9110) where it gives seconds, a day at most."""
    return timedelta(seconds=min(int(retry_after), 86_400)) if retry_after.isascii() and retry_after.isdigit() else None
