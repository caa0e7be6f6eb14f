"""Checking an RSA signature (RFC 8017, RSASSA-PKCS1-v1_5 with SHA-256).

The public key is given in PEM (RFC 5280), or as its numbers.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac

_PKCS1_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")
_RSA_ENCRYPTION = bytes.fromhex("06092a864886f70d010101")
_LEAST_BITS = 2048


class BadKey(ValueError):
    """A public key that cannot be read."""


def verifies(pem: str, signature: bytes, message: bytes) -> bool:
    """Whether the signature is the message's under this key. Raises BadKey for a key that cannot be read."""
    return verifies_by(*_public_key(pem), signature, message)


def verifies_by(modulus: int, exponent: int, signature: bytes, message: bytes) -> bool:
    """As `verifies`, under a key that is given as its numbers. Raises BadKey for a weak one."""
    if modulus.bit_length() < _LEAST_BITS or exponent < 3 or exponent % 2 == 0:
        raise BadKey(f"an RSA key of fewer than {_LEAST_BITS} bits, or a weak one")
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    if len(signature) != size or number >= modulus:
        return False
    digest = _PKCS1_SHA256 + hashlib.sha256(message).digest()
    padded = b"\x00\x01" + b"\xff" * (size - len(digest) - 3) + b"\x00" + digest
    return hmac.compare_digest(pow(number, exponent, modulus).to_bytes(size, "big"), padded)


def _public_key(pem: str) -> tuple[int, int]:
    """(modulus, exponent) of a SubjectPublicKeyInfo in PEM."""
    lines = [line.strip() for line in pem.strip().splitlines()]
    if len(lines) < 3 or lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
        raise BadKey("not a public key in PEM")
    try:
        outer, rest = _value(base64.b64decode("".join(lines[1:-1]), validate=True), 0x30)
        algorithm, bits = _value(outer, 0x30)
        if rest or not algorithm.startswith(_RSA_ENCRYPTION):
            raise BadKey("not a key for RSA")
        key, _ = _value(bits, 0x03)
        numbers, _ = _value(key[1:], 0x30)
        modulus, rest = _value(numbers, 0x02)
        exponent, _ = _value(rest, 0x02)
    except (binascii.Error, IndexError) as error:
        raise BadKey("not a public key in DER") from error
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _value(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """The value of the DER element at the start, which must have this tag, and what follows it."""
    if der[0] != tag:
        raise BadKey("not a public key in DER")
    length, start = der[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(der[2:start], "big")
    if start + length > len(der):
        raise BadKey("a public key that was cut off")
    return der[start : start + length], der[start + length :]
