"""The page that asks for a part of the record as a file: what is filtered, a range of time, a format."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core_app.caller import caller_of
from obligations_app.admin.filters import TimeFilter
from obligations_app.conf import conf
from obligations_app.log_export import KINDS, RangeRefused, begin

if TYPE_CHECKING:
    from obligations_app.admin.log import OAuthTokenLogAdmin

DAY = timedelta(days=1)
NOT_FILTERS = frozenset({*TimeFilter.parameters, "o", "p", "e", "all"})


class ExportForm(forms.Form):
    """From when until when, and as what."""

    since = forms.DateTimeField(label=_("From"))
    until = forms.DateTimeField(label=_("Until"))
    kind = forms.ChoiceField(
        label=_("Format"),
        choices=[("csv", _("CSV, for tables")), ("ndjson", _("NDJSON, for programs"))],
        widget=forms.RadioSelect,
        initial="csv",
    )


def export_page(page: "OAuthTokenLogAdmin", request: HttpRequest) -> HttpResponseBase:
    """The form, or the file. It is asked for by POST: a link that somebody follows records nothing."""
    if not page.has_export_permission(request):
        raise PermissionDenied
    since, until = _range(page, request)
    form = ExportForm(request.POST or None, initial={"since": since, "until": until})
    if request.method == "POST" and form.is_valid():
        try:
            return _file(page, request, form.cleaned_data)
        except RangeRefused:
            form.add_error(
                "until",
                _("The range ends after it begins and covers %(days)d days at most.")
                % {"days": conf.LOG_EXPORT_DAYS},
            )
    context = {
        **page.admin_site.each_context(request),
        "title": _("Export the token log"),
        "opts": page.opts,
        "form": form,
        "filters": _filters(request),
        "most": conf.LOG_EXPORT_ROWS,
    }
    template = "admin/obligations_app/oauthtokenlog/export.html"
    return TemplateResponse(request, template, context, status=400 if form.errors else 200)


def _file(page: "OAuthTokenLogAdmin", request: HttpRequest, chosen: dict[str, Any]) -> HttpResponseBase:
    kind = KINDS[chosen["kind"]]
    lines = begin(
        entries=_entries(page, request),
        kind=chosen["kind"],
        since=chosen["since"],
        until=chosen["until"],
        asked=" ".join(f"{name}={value}" for name, value in _filters(request)),
        operator_id=request.user.pk,
        caller=caller_of(request),
    )
    name = f"token-log-{chosen['since']:%Y%m%d}-{chosen['until']:%Y%m%d}.{kind.suffix}"
    return StreamingHttpResponse(
        lines,
        content_type=kind.media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _entries(page: "OAuthTokenLogAdmin", request: HttpRequest) -> Any:
    """What the list shows by the filters of this address, whatever their range of time."""
    query = request.GET.copy()
    for name in NOT_FILTERS:
        query.pop(name, None)
    request.GET = query  # type: ignore[assignment]  # a copy of what it was
    return page.get_changelist_instance(request).get_queryset(request)


def _filters(request: HttpRequest) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in request.GET.items() if name not in NOT_FILTERS and value]


def _range(page: "OAuthTokenLogAdmin", request: HttpRequest) -> tuple[datetime, datetime]:
    """The range that the list was filtered by; a day when it has none."""
    now = timezone.localtime().replace(microsecond=0)
    chosen = TimeFilter(request, {name: request.GET.getlist(name) for name in request.GET}, page.model, page)
    since, until = chosen.range(request, now)
    until = until or now
    return since or until - DAY, until
