"""Requests to a stack's public API, as a store sends them."""

from __future__ import annotations

import urllib.error
import urllib.request

from local.stack import LocalStack

_SECONDS = 30


class PublicApi:
    """The API of a stack in AWS, or of the running local one."""

    def __init__(self, stack: str | None, outputs: dict[str, str]) -> None:
        self._local = None if stack else LocalStack.running()
        self._url = outputs["ApiUrl"]

    def post(self, path: str, headers: dict[str, str], raw: bytes) -> tuple[int, str]:
        """POST a body as it is; the answer's status and text."""
        if self._local:
            answer = self._local.request("POST", path, headers, raw)
            return answer.status, answer.body.decode("utf-8", "replace")
        request = urllib.request.Request(f"{self._url}{path}", data=raw, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as said:
                return said.status, said.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode("utf-8", "replace")
