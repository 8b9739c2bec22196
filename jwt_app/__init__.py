"""Owns the seal: the key ring, signing, verification, claim sets and the generators DOT calls.

Never touches an HTTP request or a person.
"""
