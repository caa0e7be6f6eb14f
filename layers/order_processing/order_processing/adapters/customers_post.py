"""The post to customers, as a function's environment names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from order_processing.adapters.mail_reports import SuppressedAddresses
from order_processing.adapters.post import ONCE, SesPost
from order_processing.adapters.secrets import address_hashes
from order_processing.settings import current


def customers_post(client: Callable[..., Any], dynamodb: Any, secrets: Any, where: Mapping[str, str]) -> SesPost:
    """SES with the addresses that are not to be written to. client: makes AWS clients; where: the environment."""
    hashes = address_hashes(secrets, where["IDENTITY_SECRET"])
    suppressed = SuppressedAddresses(dynamodb, where["ORDERS_TABLE"], hashes)
    return SesPost(client("sesv2", config=ONCE), where["SENDER"], where["CONFIGURATION_SET"], current(), suppressed)
