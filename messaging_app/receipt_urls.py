"""Where gateways send their receipts: an address that comes from the issuer, never from a Host header (F13)."""

from django.conf import settings
from django.urls import reverse


def receipt_url(route: str) -> str:
    """The whole address of a route's receipts."""
    return f"{settings.ISSUER_URL}{reverse('messaging:receipt', args=[route])}"
