"""The page for whoever is signed in already: go on, or be somebody else."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from phone_auth_app.views.pages import continue_url, url_with_next


def signed_in_page(request: HttpRequest, page_name: str, *, is_signup: bool = False) -> HttpResponse:
    """`page_name` is the page that was asked for, and that somebody else would go on with."""
    context = {
        "next_url": continue_url(request),
        "other_url": url_with_next(page_name, request, prompt="login"),
        "is_signup": is_signup,
    }
    return render(request, "phone_auth/signed_in.html", context)
