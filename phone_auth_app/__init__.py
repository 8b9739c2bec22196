"""Owns signing up and in by phone: number, SMS code, password, and the pages for them.

Never makes a person before the number is proven.
"""
