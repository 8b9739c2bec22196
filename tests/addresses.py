"""Addresses of callers, so that limits of one browser never reach another."""

from ipaddress import IPv4Address
from itertools import count

_FIRST, _HOW_MANY = 0x0A000000, 2**24
# Odd, so that all of 10.0.0.0/8 is gone through before an address comes again; neighbours are far apart.
_STRIDE = 0x10F0F1
_numbers = count(1)


def unused_address() -> str:
    """An address that nobody else in this process has had: counted, because chance gives the same one twice."""
    return str(IPv4Address(_FIRST + next(_numbers) * _STRIDE % _HOW_MANY))
