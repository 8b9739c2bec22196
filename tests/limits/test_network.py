"""One bucket per address, or per network that one customer has."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limits_app.network import ip_bucket


@pytest.mark.parametrize(
    ("ip", "bucket"),
    [
        ("198.51.100.1", "198.51.100.1"),
        (" 198.51.100.1 ", "198.51.100.1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::/64", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", ""),
        ("198.51.100.1, 10.0.0.1", ""),
    ],
)
def test_an_address_has_one_bucket(ip: str, bucket: str) -> None:
    assert ip_bucket(ip) == bucket


@pytest.mark.requirement("G08")
@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_of_a_64_is_one_bucket(address: ipaddress.IPv6Address, host: int) -> None:
    neighbour = ipaddress.IPv6Address(int(address) >> 64 << 64 | host)
    assert (
        address.ipv4_mapped or neighbour.ipv4_mapped or ip_bucket(str(address)) == ip_bucket(str(neighbour))
    )


@given(st.ip_addresses())
def test_a_bucket_is_its_own_bucket(address: ipaddress.IPv4Address) -> None:
    assert ip_bucket(ip_bucket(str(address))) == ip_bucket(str(address)) != ""
