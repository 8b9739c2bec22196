"""The buttons on the page to sign up: the same as to sign in, as whoever comes first gets an account."""

from social_login_app.ways_in import links

__all__ = ["links"]
