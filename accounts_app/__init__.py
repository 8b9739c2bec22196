"""Owns who people are: `User`, identifiers and their normal forms, password hashing and rules, status.

Knows nothing of sessions, tokens or how somebody signed in.
"""
