"""Who we are to an authenticator: always the configured issuer, never what a request says (F13)."""

from urllib.parse import urlsplit

from django.conf import settings

from mfa_app.conf import conf


def rp_id() -> str:
    """The host of the issuer. Keys are bound to it: another host makes every passkey useless."""
    return urlsplit(settings.ISSUER_URL).hostname or ""


def origins() -> list[str]:
    """Where an answer may come from: the issuer's pages, and the operator's own apps."""
    return [settings.ISSUER_URL, *conf.PASSKEY_ORIGINS]
