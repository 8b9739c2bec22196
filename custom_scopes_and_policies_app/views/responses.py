"""Answers that several views give."""

from django.http import HttpResponse


def see_other(url: str) -> HttpResponse:
    """303: go on by GET, whatever the method was. Any scheme, since apps register their own (RFC 8252 §7.1)."""
    response = HttpResponse(status=303)
    response["Location"] = url
    return response
