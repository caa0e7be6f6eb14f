"""All that a query or a scan finds, page by page.

botocore's paginators do this for every service; reading what they know of DynamoDB takes 8 ms of CPU time in each
function's first run (`make bench`), more than all else that a stage does to load its order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Ask = Callable[..., Any]


def each_item(ask: Ask, **request: Any) -> Iterator[dict[str, Any]]:
    """Every item. ask: a DynamoDB client's `query` or `scan`; a page is asked for when its first item is wanted."""
    for page in each_page(ask, **request):
        yield from page


def each_page(ask: Ask, **request: Any) -> Iterator[list[dict[str, Any]]]:
    """The items of each page, also of an empty one; `Limit` is the most that a page holds."""
    while True:
        page = ask(**request)
        yield page["Items"]
        if "LastEvaluatedKey" not in page:
            return
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
