"""What every page may show of the product: its name and whether this is a demonstration."""

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, object]:
    """Template context: `product_name` (str), `is_demo` (bool)."""
    return {"product_name": settings.PRODUCT_NAME, "is_demo": settings.DEBUG and settings.DEMO}
