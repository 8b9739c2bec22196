"""Owns the desk: apps, scopes, policy levels, consent, and every step from an authorization request to a token.

The only door to django-oauth-toolkit (`dot.py`). Knows no login step by name: it compares what a request requires
with what the session has proven and redirects by URL name.
"""
