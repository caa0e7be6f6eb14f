"""Where a webhook may go: public addresses, under whatever name or spelling they come."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from order_processing.webhooks.addresses import is_loopback, is_public
from order_processing.webhooks.endpoint import UnfitUrl, target_of

REFUSED = [
    *("0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.8.8.8"),
    *("169.254.169.254", "169.254.170.2", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.7", "192.88.99.1"),
    *("192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1"),
    *("255.255.255.255", "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::8.8.8.8"),
    *("64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1"),
    *("fc00::1", "fd00:ec2::254", "fd00:ec2::23", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "3fff::1"),
    *("2606:4700::1111%1", "", "localhost", "127.1", "0x7f000001", "2130706433", "8.8.8", "8.8.8.8/32", " 8.8.8.8"),
]


@pytest.mark.parametrize("address", REFUSED)
def test_no_webhook_goes_to_an_address_that_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "9.9.9.9"])
def test_public_addresses_are_allowed(address):
    assert is_public(address)


@pytest.mark.parametrize("address", ["2606:4700:4700::1111", "2a00:1450:4001:829::200e", "2600:1f18::1"])
def test_public_addresses_of_version_6_are_allowed(address):
    assert is_public(address)


@given(st.ip_addresses())
def test_what_python_calls_not_global_is_refused_whatever_else_is(address):
    """An independent list of the registries: Python's own, which knows multicast apart."""
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert not is_public(str(address))


@given(st.ip_addresses(v=4))
def test_no_address_hides_inside_another(address):
    for hidden in (f"::ffff:{address}", f"::{address}", f"64:ff9b::{address}", f"2002:{int(address) >> 16:x}::1"):
        assert not is_public(str(ipaddress.ip_address(hidden)))


@pytest.mark.parametrize(("address", "own"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False), ("", False)])
def test_this_machine_is_known(address, own):
    assert is_loopback(address) is own


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("https://hooks.example.com", (True, "hooks.example.com", 443, "/")),
        ("https://hooks.example.com:8443/a/b?c=d", (True, "hooks.example.com", 8443, "/a/b?c=d")),
        ("https://[2606:4700::1]/x", (True, "2606:4700::1", 443, "/x")),
    ],
)
def test_an_endpoints_url_is_taken_apart(url, parts):
    assert target_of(url) == parts


@pytest.mark.parametrize(
    "url",
    [
        *("http://hooks.example.com", "ftp://hooks.example.com", "file:///etc/passwd", "gopher://x", "//x", "x", ""),
        *("https://", "https:///path", "https://user@x/", "https://user:pass@x/", "https://@x/", "https://x/#frag"),
        *("https://x:99999/", "https://x:port/", "https://[::1", "https://x/\r\nHost: y", "https://x/ y", "https://ö/"),
        *("https://x/\x00", "https://x/" + "y" * 2000, "https://x\\@y/"),
    ],
)
def test_a_url_that_is_no_plain_https_address_is_refused(url):
    with pytest.raises(UnfitUrl, match="url: "):
        target_of(url)


def test_plain_http_needs_to_be_allowed():
    assert target_of("http://127.0.0.1:8080/hook", plain_allowed=True) == (False, "127.0.0.1", 8080, "/hook")
