"""Beside the path: keep what became of a mail, and put customers who were not reached on staff's list."""

from __future__ import annotations

from typing import Any

from order_processing.mail_reports import FAILED, MailReports, read_report
from order_processing.observe import StageFault, count, logger, note_fault


def note_mail(event: dict[str, Any], reports: MailReports) -> str:
    """Keep what an SES event says and return the outcome; "" for one that says nothing of an order's mail.

    What cannot be kept raises a StageFault, whose text holds no personal data: Lambda tries again.
    """
    try:
        reported = read_report(event)
        if reported is None:
            return ""
        report = reported.report
        for address in reported.dead:
            reports.suppress(address, report.outcome, report.at)
        reports.note(report)
    except Exception as error:  # noqa: BLE001 - whatever it is, its words may hold the address
        raise StageFault(note_fault(error)) from None
    if report.outcome in FAILED:
        told = {"order_id": report.order_id, "mail": report.kind, "outcome": report.outcome.value}
        count("CustomerNotReached", mail=report.kind)
        logger.warning("a customer was not reached", extra=told)
    return report.outcome.value
