"""What a store's own API is asked for: the orders that changed since a time, and a notice's order.

Bytes in, data out: who sends the requests is not said here. Each order of a list is handed to the platform's own
reader as the bytes that the store sent.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from order_processing.order import Record, Text
from order_processing.stores.payload import Part, parse_json
from order_processing.stores.platform import Delivery, Fetching, NeedsFetch, NotAnOrder, Unreadable, platform

PAGE = 100
_NEXT = re.compile(r'<([^<>]+)>\s*;\s*rel="?next"?')
_FIXED_HOSTS = {
    "bigcommerce": "api.bigcommerce.com",
    "squarespace": "api.squarespace.com",
    "stripe": "api.stripe.com",
}
_SHOPIFY_API = "2026-07"
_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")


class StoreAccess(Record):
    """How a store's API is reached.

    url: its base, https, without a closing slash; "" for the platform's own host, or for the store's name as host.
    token: the access token, API key or secret key. user: WooCommerce's consumer key; the token is then its secret.
    """

    url: Text = ""
    user: Text = ""
    token: Text

    def headers(self, source: str) -> dict[str, str]:
        """The headers that open the API; never to be logged."""
        given = {"Accept": "application/json", "User-Agent": "order-processing"}
        if source == "shopify":
            return {**given, "X-Shopify-Access-Token": self.token}
        if source == "bigcommerce":
            return {**given, "X-Auth-Token": self.token}
        if source == "woocommerce":
            pair = base64.b64encode(f"{self.user}:{self.token}".encode()).decode()
            return {**given, "Authorization": f"Basic {pair}"}
        return {**given, "Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True, slots=True)
class Found:
    """One order of a list. raw: the store's bytes. delivery: reads them; raises Unreadable."""

    raw: bytes
    headers: dict[str, str]
    read: Callable[[], Delivery]


@dataclass(frozen=True, slots=True)
class Page:
    """The orders of a page, and where the next one is; "" after the last."""

    orders: tuple[Found, ...]
    next_url: str = ""


def host_of(source: str, store: str, access: StoreAccess) -> str:
    """The one host to which the store's credentials may be sent."""
    return (_FIXED_HOSTS.get(source) or urlsplit(_base(store, access)).netloc).lower()


def _base(store: str, access: StoreAccess) -> str:
    return access.url.rstrip("/") or f"https://{store}"


def first_page(source: str, store: str, accesses: Sequence[StoreAccess], since: datetime, until: datetime) -> str:
    """The address of the orders that changed in a time (UTC), the oldest change first where the API can sort so.

    Raises LookupError for a platform that has no list of orders.
    """
    start, end = (time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") for time in (since, until))
    base = _base(store, accesses[0]) if accesses else ""
    if source == "shopify":
        asked = {"status": "any", "limit": str(PAGE), "updated_at_min": start, "updated_at_max": end}
        return f"{base}/admin/api/{_SHOPIFY_API}/orders.json?{urlencode(asked)}"
    if source == "woocommerce":
        asked = {
            "modified_after": start.rstrip("Z"),
            "modified_before": end.rstrip("Z"),
            "dates_are_gmt": "true",
            "orderby": "modified",
            "order": "asc",
            "per_page": str(PAGE),
            "page": "1",
        }
        return f"{base}/wp-json/wc/v3/orders?{urlencode(asked)}"
    if source == "bigcommerce":
        asked = {"min_date_modified": start, "max_date_modified": end, "sort": "date_modified:asc"}
        return f"https://api.bigcommerce.com/stores/{quote(store)}/v2/orders?{urlencode(asked)}&limit={PAGE}&page=1"
    if source == "squarespace":
        asked = {"modifiedAfter": start, "modifiedBefore": end}
        return f"https://api.squarespace.com/1.0/commerce/orders?{urlencode(asked)}"
    if source == "stripe":
        asked = {"created[gte]": str(int(since.timestamp())), "created[lt]": str(int(until.timestamp()))}
        return f"https://api.stripe.com/v1/checkout/sessions?{urlencode(asked)}&status=complete&limit={PAGE}"
    if source == "adobe-commerce":
        between = {
            "searchCriteria[filter_groups][0][filters][0][field]": "updated_at",
            "searchCriteria[filter_groups][0][filters][0][condition_type]": "gteq",
            "searchCriteria[filter_groups][0][filters][0][value]": start[:19].replace("T", " "),
            "searchCriteria[filter_groups][1][filters][0][field]": "updated_at",
            "searchCriteria[filter_groups][1][filters][0][condition_type]": "lt",
            "searchCriteria[filter_groups][1][filters][0][value]": end[:19].replace("T", " "),
            "searchCriteria[sortOrders][0][field]": "updated_at",
            "searchCriteria[sortOrders][0][direction]": "ASC",
            "searchCriteria[pageSize]": str(PAGE),
            "searchCriteria[currentPage]": "1",
        }
        return f"{base}/V1/orders?{urlencode(between)}"
    raise LookupError(f"{source} has no list of orders that could be asked for")


def read_page(source: str, store: str, url: str, raw: bytes, headers: Mapping[str, str]) -> Page:
    """The orders of one page as it was answered at `url`, and the next page's address. Raises Unreadable.

    headers: names in lower case.
    """
    if not raw.strip():  # BigCommerce says 204 where there is nothing more
        return Page(orders=())
    slices = _slices(
        raw, {"shopify": "orders", "squarespace": "result", "stripe": "data", "adobe-commerce": "items"}.get(source, "")
    )
    found = tuple(_found(source, store, text.encode()) for text in slices)
    return Page(orders=found, next_url=_next_page(source, url, raw, headers, len(found)))


def _next_page(source: str, url: str, raw: bytes, headers: Mapping[str, str], orders: int) -> str:
    if source in ("shopify", "woocommerce"):
        following = _NEXT.search(headers.get("link", ""))
        return following[1] if following else ""
    if source == "squarespace":
        return Part(parse_json(raw)).part("pagination").text("nextPageUrl")
    if source == "stripe":
        body = Part(parse_json(raw))
        last = [session.text("id") for session in body.parts("data")][-1:]
        if not last or body.raw("has_more") is not True:
            return ""
        return re.sub(r"&starting_after=[^&]*", "", url) + f"&starting_after={quote(last[0])}"
    name = "page" if source == "bigcommerce" else re.escape(quote("searchCriteria[currentPage]", safe=""))
    if orders < PAGE:
        return ""
    return re.sub(rf"([?&]{name}=)(\d+)", lambda page: f"{page[1]}{int(page[2]) + 1}", url)


def _found(source: str, store: str, raw: bytes) -> Found:
    shop = platform(source)
    if source == "shopify":
        headers = {"x-shopify-topic": "orders/updated", "x-shopify-shop-domain": store}
        return Found(raw, headers, lambda: shop.read(headers, raw))
    if source == "woocommerce":
        headers = {"x-wc-webhook-topic": "order.updated", "x-wc-webhook-source": f"https://{store}"}
        return Found(raw, headers, lambda: shop.read(headers, raw))
    if source == "adobe-commerce":
        tenant = store.partition("/")[0]
        kind = b'{"type": "observer.sales_order_save_commit_after", "data": {"source": '
        event = kind + json.dumps(tenant).encode() + b', "value": ' + raw + b"}}"
        return Found(event, {}, lambda: shop.read({}, event))
    return Found(raw, {}, lambda: _listed(source, store, raw))


def _listed(source: str, store: str, raw: bytes) -> Delivery:
    """An order of a platform whose notices bring no order: read where the list has it whole, else to be fetched."""
    identity = Part(parse_json(raw)).identity("id")
    shop = platform(source)
    if source == "squarespace":
        notice = notice_of(source, store, identity)
        fetching: Fetching = shop  # type: ignore[assignment]
        return fetching.read_fetched(notice, {notice.urls[0]: raw})
    if source == "stripe" and Part(parse_json(raw)).text("mode") in ("setup", "subscription"):
        return NotAnOrder(reason="a checkout session that orders no goods")
    return notice_of(source, store, identity)


def notice_of(source: str, store: str, identity: str) -> NeedsFetch:
    """The notice that the store would have sent of a change of this order. Raises Unreadable."""
    if source == "bigcommerce":
        body: dict[str, object] = {
            "scope": "store/order/updated",
            "producer": f"stores/{store}",
            "data": {"id": int(identity) if identity.isdigit() else identity},
        }
    elif source == "squarespace":
        body = {"topic": "order.update", "websiteId": store, "data": {"orderId": identity}}
    else:
        body = {
            "type": "checkout.session.completed",
            "created": int(datetime.now(UTC).timestamp()),
            "account": store,
            "data": {"object": {"id": identity, "mode": "payment"}},
        }
    read = platform(source).read({}, json.dumps(body).encode())
    if not isinstance(read, NeedsFetch):
        raise Unreadable("id", identity, "the id of an order")
    return read


def _slices(raw: bytes, name: str) -> list[str]:
    """The elements of a JSON list, or of the list of that name in a JSON object, each as it was written."""
    parse_json(raw)  # from here on it is known to be JSON
    text = raw.decode()
    at = _skip(text, 0)
    if name:
        at = _member(text, at, name)
    if at < 0 or text[at : at + 1] != "[":
        raise Unreadable(name, "no list", f"a list{f' named {name}' if name else ''} of orders")
    found = []
    at = _skip(text, at + 1)
    while text[at] != "]":
        _, end = _DECODER.raw_decode(text, at)
        found.append(text[at:end])
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return found


def _member(text: str, at: int, name: str) -> int:
    """Where the value of this name begins in the object that begins at `at`; -1 without it."""
    if text[at : at + 1] != "{":
        return -1
    at = _skip(text, at + 1)
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, end) + 1)
        if key == name:
            return at
        _, end = _DECODER.raw_decode(text, at)
        at = _skip(text, end)
        if text[at] == ",":
            at = _skip(text, at + 1)
    return -1


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at
