"""Addresses as limits see them: one bucket per IPv4 address, one per /64 of IPv6."""

import ipaddress
from functools import lru_cache

# A customer gets a whole /64 (RFC 6177): counting single addresses in it would count nothing.
IPV6_PREFIX = 64


@lru_cache(maxsize=4096)
def ip_bucket(ip: str) -> str:
    """The bucket of an address: itself for IPv4, `2001:db8::/64` for IPv6, "" when it is no address.

    A bucket is its own bucket.
    """
    try:
        interface = ipaddress.ip_interface(ip.strip())
    except ValueError:
        return ""
    address = interface.ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        plain = ipaddress.IPv6Address(int(address))  # without a scope id
        return str(ipaddress.IPv6Network((plain, IPV6_PREFIX), strict=False))
    return str(address)
