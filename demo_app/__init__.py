"""Owns the built-in demonstration: an OAuth client at /demo/ and the inbox of sent messages at /dev/inbox/.

Exists only where DEBUG and DEMO are on. Talks to the server over HTTP, as any client does.
"""
