"""Labels of real carriers through EasyPost's API (https://docs.easypost.com), one account for many carriers.

A shipment there is drawn up with our reference, under which it is found again, and bought by its id: EasyPost
sells one shipment once and answers the second attempt with SHIPMENT.POSTAGE.EXISTS.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3

from order_processing import money
from order_processing.adapters.easypost_shipment import shipment_body
from order_processing.carriers import CarrierUnavailable, Consignment, Postage, Quote
from order_processing.errors import DeliveryRefused

URL = "https://api.easypost.com/v2"
_FILE_HOSTS = (".easypost.com", ".amazonaws.com")
_LARGEST_LABEL = 5 * 1024 * 1024
# What EasyPost says when the carrier behind it did not answer in time: whether it sold is asked the next time.
_PASSING = frozenset(
    {"SHIPMENT.POSTAGE.TIMED_OUT", "SHIPMENT.POSTAGE.NO_RESPONSE", "SHIPMENT.PURCHASE.IN_PROGRESS", "RATE_LIMITED"}
)
_GIVEN_BACK = frozenset({"submitted", "refunded", "not_applicable"})
_SOLD_BEFORE = "SHIPMENT.POSTAGE.EXISTS"


class EasyPost:
    """The port `Carrier`. keys: API keys that may be valid, the newest first; read afresh for each call.

    Each key that EasyPost does not know is passed over, so that two may be valid while one replaces the other.
    """

    def __init__(self, keys: Callable[[], Sequence[str]], url: str = URL, seconds: float = 20.0) -> None:
        self._keys = keys
        self._url = url
        self._http = urllib3.PoolManager(
            retries=False, timeout=urllib3.Timeout(connect=3.0, read=seconds), headers={"Accept": "application/json"}
        )

    def quotes(self, consignment: Consignment) -> tuple[Quote, ...]:
        """What each service asks, from a shipment that is drawn up and not bought."""
        return tuple(_quote(rate) for rate in self._shipment(self.draw_up(consignment))["rates"])

    def draw_up(self, consignment: Consignment) -> str:
        """The id of EasyPost's shipment for a parcel: the one that has its reference, or a new one."""
        found = self._call("GET", f"/shipments/{quote(consignment.reference, safe='')}", missing_is_none=True)
        if found is None:
            found = self._call("POST", "/shipments", shipment_body(consignment))
        return str(found["id"])

    def buy(self, label_id: str, consignment: Consignment) -> Postage:
        """Buy a shipment's label, unless it was bought before, and fetch its files."""
        shipment = self._shipment(label_id)
        if not shipment.get("postage_label"):
            rate = _chosen(shipment, consignment)
            try:
                shipment = self._call("POST", f"/shipments/{label_id}/buy", {"rate": {"id": rate["id"]}})
            except DeliveryRefused as refused:
                if refused.code != _SOLD_BEFORE:
                    raise
                shipment = self._shipment(label_id)
        if shipment.get("refund_status") in _GIVEN_BACK - {"not_applicable"}:
            raise DeliveryRefused("LABEL_GIVEN_BACK", "the carrier's label was given back, so it cannot be used")
        return Postage(
            tracking_number=shipment["tracking_code"],
            tracking_url=(shipment.get("tracker") or {}).get("public_url") or "",
            labels=self._labels(shipment, consignment),
        )

    def void(self, label_id: str) -> None:
        """Ask for a label's refund, once; DeliveryRefused when the carrier does not take it back."""
        shipment = self._shipment(label_id)
        if not shipment.get("postage_label") or shipment.get("refund_status") in _GIVEN_BACK:
            return
        after = self._call("POST", f"/shipments/{label_id}/refund")
        if after.get("refund_status") not in _GIVEN_BACK:
            raise DeliveryRefused("LABEL_NOT_TAKEN_BACK", f"refund_status: {after.get('refund_status')!r}")

    def _shipment(self, label_id: str) -> dict[str, Any]:
        shipment: dict[str, Any] = self._call("GET", f"/shipments/{label_id}")
        return shipment

    def _labels(self, shipment: dict[str, Any], consignment: Consignment) -> dict[str, bytes]:
        label = shipment["postage_label"]
        pdf = label.get("label_pdf_url") or (label["label_url"] if "pdf" in label["label_file_type"] else "")
        if not pdf:
            pdf = self._converted(shipment["id"], "PDF")["label_pdf_url"]
        files = {"application/pdf": self._file(pdf)}
        if consignment.zpl:
            zpl = label.get("label_zpl_url") or self._converted(shipment["id"], "ZPL")["label_zpl_url"]
            files["application/zpl"] = self._file(zpl)
        return files

    def _converted(self, label_id: str, form: str) -> dict[str, Any]:
        label: dict[str, Any] = self._call("GET", f"/shipments/{label_id}/label?file_format={form}")["postage_label"]
        return label

    def _file(self, url: str) -> bytes:
        """A label's file: its address comes from an answer, so that only EasyPost's and its storage's are asked."""
        parts, own = urlsplit(url), urlsplit(self._url)
        storage = parts.scheme == "https" and (parts.hostname or "").endswith(_FILE_HOSTS)
        if not storage and (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
            raise DeliveryRefused("LABEL_ADDRESS_UNKNOWN", "label_url: not an address of EasyPost's storage")
        status, body = self._send("GET", url, None, "")
        if status != 200 or len(body) > _LARGEST_LABEL:
            raise CarrierUnavailable(f"EasyPost's storage answered {status} with {len(body)} bytes")
        return body

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, missing_is_none: bool = False
    ) -> Any:
        """One call of the API, with the first key that it takes."""
        status, answer = 401, b"{}"
        for key in self._keys():
            status, answer = self._send(method, self._url + path, body, key)
            if status != 401:
                break
        if status in (401, 403):
            raise DeliveryRefused("CARRIER_KEY_REFUSED", "the carrier's secret: no key that EasyPost takes")
        if status == 404 and missing_is_none:
            return None
        if status in (408, 429) or status >= 500:
            raise CarrierUnavailable(f"EasyPost answered {status}")
        try:
            told = json.loads(answer)
        except ValueError:
            raise CarrierUnavailable(f"EasyPost answered {status} with what is not JSON") from None
        if status >= 400:
            raise _refusal(status, told)
        return told

    def _send(self, method: str, url: str, body: dict[str, Any] | None, key: str) -> tuple[int, bytes]:
        headers = {"Accept": "application/json", "User-Agent": "order-processing"}
        if key:
            headers["Authorization"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
        try:
            answer = self._http.request(method, url, json=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise CarrierUnavailable(f"EasyPost did not answer: {type(error).__name__}") from None
        return answer.status, answer.data


def _quote(rate: dict[str, Any]) -> Quote:
    return Quote(
        service=_name(rate),
        price=money.rounded_minor_units(rate["rate"], rate["currency"]),
        currency=rate["currency"],
        transit_days=rate["delivery_days"],
    )


def _name(rate: dict[str, Any]) -> str:
    return f"{rate['carrier']}/{rate['service']}"


def _chosen(shipment: dict[str, Any], consignment: Consignment) -> dict[str, Any]:
    """The rate of the service that the settings name; else the cheapest in time, or the fastest where none is."""
    rates: list[dict[str, Any]] = shipment["rates"]
    if consignment.service:
        rates = [rate for rate in rates if _name(rate).casefold() == consignment.service.casefold()]
    if not rates:
        offered = ", ".join(sorted(_name(rate) for rate in shipment["rates"])) or "nothing"
        wanted = consignment.service or "any service"
        raise DeliveryRefused("CARRIER_SERVICE_MISSING", f"carrier_service: {wanted}, EasyPost offers {offered}")
    days = {rate["id"]: rate["delivery_days"] or 99 for rate in rates}
    limit = max(99 if consignment.days is None else consignment.days, min(days.values()))
    in_time = [rate for rate in rates if days[rate["id"]] <= limit]
    return min(in_time, key=lambda rate: (float(rate["rate"]), days[rate["id"]], rate["id"]))


def _refusal(status: int, told: dict[str, Any]) -> Exception:
    """What EasyPost's error says, by its code and fields: its message may quote an address, so it is left out."""
    error = told.get("error")
    error = error if isinstance(error, dict) else {}
    code = str(error.get("code", f"HTTP_{status}"))
    if code in _PASSING:
        return CarrierUnavailable(f"EasyPost: {code}")
    listed = error.get("errors")
    fields = [str(each["field"]) for each in listed or [] if isinstance(each, dict) and each.get("field")]
    return DeliveryRefused(code, ", ".join(fields) or f"EasyPost answered {status}")
