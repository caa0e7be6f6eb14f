"""Starts ministack with two permission checks made as AWS makes them. Runs in the emulator's own environment.

- ministack asks for ses:SendEmail on every resource, so no policy that names its identity would pass.
  AWS asks for it on the sender's identity and on the configuration set, and tells policies the sender
  (Service Authorization Reference, Amazon SES v2): so does this.
- Calls come over plain HTTP from this machine alone, and stand for calls that come to AWS over TLS.
  So policies are told aws:SecureTransport, or the bucket would refuse everything.
"""

from __future__ import annotations

import json
from email.utils import parseaddr
from typing import Any

from ministack import app
from ministack.core.responses import get_account_id
from ministack.services import ses

_SEND = "/v2/email/outbound-emails"
_enforce_others = app._enforce_ses_v2
_pin_others = app.pin_request_origin


def _enforce(method: str, path: str, headers: dict, body: bytes, query: dict, request_id: str) -> Any:
    if method != "POST" or path.rstrip("/") != _SEND:
        return _enforce_others(method, path, headers, body, query, request_id)
    asked = json.loads(body or b"{}")
    sender = parseaddr(asked.get("FromEmailAddress", ""))[1]
    place = f"arn:aws:ses:{app.extract_region(headers, query)}:{get_account_id()}"
    resources = [f"{place}:identity/{_identity(sender)}"]
    if asked.get("ConfigurationSetName"):
        resources.append(f"{place}:configuration-set/{asked['ConfigurationSetName']}")
    for resource in resources:
        denied = app._enforce_data_plane(
            "sesv2",
            "ses:SendEmail",
            headers,
            query,
            request_id,
            resource_arn=resource,
            service_context={"ses:FromAddress": [sender]},
            named_resource=resource,
        )
        if denied:
            return denied
    return None


def _pin_origin(source_ip: str, secure_transport: bool) -> None:
    _pin_others(source_ip, True)


def _identity(sender: str) -> str:
    found = ses._notification_identity(sender)
    return found[0] if found else sender


if __name__ == "__main__":
    app._enforce_ses_v2 = _enforce
    app.pin_request_origin = _pin_origin
    app.main()
