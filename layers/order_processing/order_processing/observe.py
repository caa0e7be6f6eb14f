"""The one logger: structured, with the order's id, and without personal data."""

from __future__ import annotations

from aws_lambda_powertools import Logger

logger = Logger(service="order-processing")
