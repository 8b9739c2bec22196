"""Owns the composition: settings, URLs, WSGI, Celery, health and start-up checks.

No business rules.
"""
