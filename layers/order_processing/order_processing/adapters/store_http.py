"""Stores' APIs over HTTPS."""

from __future__ import annotations

from collections.abc import Mapping

import urllib3

from order_processing.fetching import StoreAnswer, StoreUnreachable

_LARGEST_ANSWER = 8 * 1024 * 1024
_TIMEOUT = urllib3.Timeout(connect=5.0, read=20.0)


class StoreHttps:
    """The port `StoreHttp`. No redirect is followed: it could carry the credentials to another host."""

    def __init__(self, pool: urllib3.PoolManager | None = None) -> None:
        self._pool = pool or urllib3.PoolManager(retries=False, timeout=_TIMEOUT)

    def get(self, url: str, headers: Mapping[str, str]) -> StoreAnswer:
        try:
            answer = self._pool.request("GET", url, headers=dict(headers), redirect=False, preload_content=False)
            body = answer.read(_LARGEST_ANSWER + 1, decode_content=True)
            answer.release_conn()
        except urllib3.exceptions.HTTPError as error:
            raise StoreUnreachable(f"{urllib3.util.parse_url(url).host}: {type(error).__name__}") from None
        if len(body) > _LARGEST_ANSWER:
            raise StoreUnreachable(
                f"{urllib3.util.parse_url(url).host}: an answer of more than {_LARGEST_ANSWER} bytes"
            )
        names = {name.lower(): value for name, value in answer.headers.items()}
        return StoreAnswer(status=answer.status, headers=names, body=body)
