"""Owns the composition: settings, URLs, WSGI, Celery, health, figures, logs and start-up checks.

No business rules.
"""
