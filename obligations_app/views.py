"""The page of a person's own activity."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core_app.pages import see_other
from obligations_app.activity import BadCursor, activity_of
from sessions_app.guard import signed_in
from sessions_app.models import SsoSession


@signed_in(back_to="obligations:activity")
def activity(request: HttpRequest, session: SsoSession) -> HttpResponse:
    """Newest first; `?before=` goes on from there. A place that is not known leads to the beginning."""
    before = request.GET.get("before", "")
    try:
        page = activity_of(session.user_id, before=before)
    except BadCursor:
        return see_other(request.path)
    return render(request, "obligations/activity.html", {"page": page, "is_first": not before})
