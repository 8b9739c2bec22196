"""The addresses behind the figures: the log, or the outbox, filtered to what was counted.

The only place that knows the parameters of those lists.
"""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from messaging_app.models import OutboundMessage
from obligations_app.models import OAuthTokenLog


def log_url(
    since: datetime,
    until: datetime,
    *,
    event: str = "",
    client_id: str = "",
    outcome: str = "",
) -> str:
    """The token log, filtered by what is given."""
    filters = {
        "event": event,
        "client": client_id,
        "outcome__exact": outcome,
        "at__gte": since.isoformat(),
        "at__lt": until.isoformat(),
    }
    return _listed(OAuthTokenLog, filters)


def messages_url(
    since: datetime | None = None,
    until: datetime | None = None,
    *,
    country: str = "",
    route: str = "",
    statuses: Sequence[str] = (),
    **exact: str,
) -> str:
    """The outbox, filtered by what is given; `exact` names further fields, `statuses` gives several of that one."""
    filters = {
        "country__exact": country,
        "route__exact": route,
        "created_at__gte": since.isoformat() if since else "",
        "status__in": ",".join(statuses),
        "created_at__lt": until.isoformat() if until else "",
        **{f"{field}__exact": value for field, value in exact.items()},
    }
    return _listed(OutboundMessage, filters)


def _listed(model: type[OAuthTokenLog] | type[OutboundMessage], filters: dict[str, str]) -> str:
    page = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    given = {name: value for name, value in filters.items() if value}
    return f"{page}?{urlencode(given)}" if given else page
