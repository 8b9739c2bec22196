"""Owns signing up and in by e-mail: verification, changes of address, password forgot, reset and change.

Never makes a person before the address is proven. It plugs in through `ways_in`, `account_menu` and its URLs.
"""
