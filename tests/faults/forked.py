"""Work in a process of its own that begins with all that this one has: what it imported, and what it has set up."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Callable
from typing import Any


class TooLong(RuntimeError):
    """The work took more time than it may."""


def forked(work: Callable[[], Any], seconds: int) -> Any:
    """What the work returns, as JSON carries it. seconds: of CPU time that it may take.

    Raises TooLong, and RuntimeError with what the work's own error said.
    """
    read, write = os.pipe()
    child = os.fork()
    if not child:
        os.close(read)
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
        try:
            told = {"found": work()}
        except BaseException as error:  # noqa: BLE001 - whatever it is, the one who waits hears of it
            told = {"failed": f"{type(error).__name__}: {error}"[:1000]}
        with os.fdopen(write, "w", encoding="utf-8") as answer:
            json.dump(told, answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, encoding="utf-8") as answer:
        text = answer.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) or not text:
        raise TooLong(f"ended by signal {os.WTERMSIG(status)}")
    heard = json.loads(text)
    if "failed" in heard:
        raise RuntimeError(heard["failed"])
    return heard["found"]
