"""Owns the words every room shares: settings, errors, events, the caller, crypto and safe redirects.

No models and no business words. It imports no other room.
"""
