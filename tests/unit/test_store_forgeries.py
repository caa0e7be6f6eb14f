"""Each platform's deliveries: forged, replayed, truncated, re-encoded and late ones are refused, by every reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from order_processing.stores import SignatureError, sources
from tests.signing import SECRETS, body_of, headers_of, named, sign, verify

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
# The schemes that sign a time with the body; the others know a replay by the order that is there already.
TIMED = ("bigcommerce", "stripe", "standardwebhooks")
ALL = sources()


def signed(source, raw, secret=None, at=NOW):
    return headers_of(source, named(source), sign(source, secret or SECRETS[source][0], raw, at))


@pytest.mark.parametrize("source", ALL)
def test_a_right_signature_is_accepted_while_a_secret_is_changed_and_a_withdrawn_one_is_not(source):
    raw, (new, old, older) = body_of(source, named(source)), SECRETS[source]
    for secret in (new, old):
        verify(source, signed(source, raw, secret), raw, (new, old), NOW)
        verify(source, {k.upper(): v for k, v in signed(source, raw, secret).items()}, raw, (new, old), NOW)
    with pytest.raises(SignatureError):
        verify(source, signed(source, raw, older), raw, (new, old), NOW)
    with pytest.raises(SignatureError):
        verify(source, signed(source, raw, old), raw, (new,), NOW)


CHANGES = {
    "truncated": lambda raw: raw[:-1],
    "a byte more": lambda raw: raw + b"\n",
    "empty": lambda raw: b"",
    "re-encoded": lambda raw: json.dumps(json.loads(raw), separators=(",", ":")).encode(),
    "indented": lambda raw: json.dumps(json.loads(raw), indent=1).encode(),
    "in UTF-16": lambda raw: raw.decode().encode("utf-16"),
    "with a byte order mark": lambda raw: b"\xef\xbb\xbf" + raw,
    "of another order": lambda raw: raw.replace(b"7", b"8"),
    "with a field twice": lambda raw: raw[:-1] + b', "id": 9}',
}


@pytest.mark.parametrize("source", ALL)
@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_body_is_refused(source, change):
    raw = body_of(source, named(source))
    changed = CHANGES[change](raw)
    assert changed != raw
    with pytest.raises(SignatureError):
        verify(source, signed(source, raw), changed, SECRETS[source][:2], NOW)


@pytest.mark.parametrize("source", ALL)
def test_every_forged_header_is_refused(source):
    raw = body_of(source, named(source))
    right = sign(source, SECRETS[source][0], raw, NOW)
    name = next(n for n in right if "signature" in n or "hmac" in n)
    value = right[name]
    forged = ["", " ", "x", "é", value[:-2], value + "A", value[::-1], "v1,", "v1,AAAA", "t=1,v1=00", "0" * 64, "AAAA"]
    for wrong in forged:
        with pytest.raises(SignatureError):
            verify(source, headers_of(source, named(source), {**right, name: wrong}), raw, SECRETS[source][:2], NOW)
    with pytest.raises(SignatureError):
        verify(source, headers_of(source, named(source), {}), raw, SECRETS[source][:2], NOW)


@pytest.mark.parametrize("source", ALL)
def test_another_schemes_signature_of_the_same_secret_is_refused(source):
    raw = body_of(source, named(source))
    for other in ALL:
        theirs = sign(other, SECRETS[other][0], raw, NOW)
        ours = sign(source, SECRETS[source][0], raw, NOW)
        if theirs.keys() == ours.keys():
            continue
        with pytest.raises(SignatureError):
            verify(source, headers_of(source, named(source), theirs), raw, SECRETS[source][:2], NOW)


@pytest.mark.parametrize("source", TIMED)
def test_a_late_delivery_and_one_from_the_future_are_refused(source):
    raw = body_of(source, named(source))
    for minutes in (-4, 4):
        verify(source, signed(source, raw), raw, SECRETS[source][:2], NOW + timedelta(minutes=minutes))
    for minutes in (-6, 6, 60 * 24):
        with pytest.raises(SignatureError, match="minutes from now"):
            verify(source, signed(source, raw), raw, SECRETS[source][:2], NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize("source", TIMED)
def test_a_replay_with_a_new_time_is_refused(source):
    """The time is signed: whoever holds an old delivery cannot make it young."""
    raw = body_of(source, named(source))
    old = sign(source, SECRETS[source][0], raw, NOW - timedelta(days=1))
    fresh = str(int(NOW.timestamp()))
    stale = str(int((NOW - timedelta(days=1)).timestamp()))
    young = {name: value.replace(stale, fresh) for name, value in old.items()}
    assert young != old
    with pytest.raises(SignatureError, match="does not fit"):
        verify(source, headers_of(source, named(source), young), raw, SECRETS[source][:2], NOW)


@pytest.mark.parametrize("source", ALL)
def test_without_a_secret_nothing_is_accepted(source):
    raw = body_of(source, named(source))
    for secrets in ((), ("",)):
        with pytest.raises(SignatureError):
            verify(source, signed(source, raw), raw, secrets, NOW)
