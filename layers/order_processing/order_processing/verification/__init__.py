"""Order verification: is every detail of this order right? What is wrong is put right here, or asked for."""

from order_processing.verification.verify import Verification, verify

__all__ = ["Verification", "verify"]
