"""The local stack: the real template, built and deployed into an AWS emulator on this machine."""

from local.stack import LocalStack, Mail, Response, wait_for

__all__ = ["LocalStack", "Mail", "Response", "wait_for"]
