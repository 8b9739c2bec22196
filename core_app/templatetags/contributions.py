"""`{% contributed "account_menu" as links %}`: what rooms put on a page that is not theirs."""

from django import template

from core_app import contributions
from core_app.contributions import Link

register = template.Library()


@register.simple_tag
def contributed(name: str) -> list[Link]:
    """The links, in order."""
    return contributions.contributed(name)
