"""Owns my account: thin pages and JSON API over the services of the rooms below.

No models and no rules of its own.
"""
