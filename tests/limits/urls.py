"""A sign-in page and a home page: the lock is met through Django's own door, with nobody's pages."""

from django.contrib.auth import authenticate, login
from django.http import HttpRequest, HttpResponse
from django.urls import path


def sign_in(request: HttpRequest) -> HttpResponse:
    username, password = request.POST.get("username", ""), request.POST.get("password", "")
    user = authenticate(request, username=username, password=password)
    if user is None:
        return HttpResponse("wrong")
    login(request, user)
    return HttpResponse("in")


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


urlpatterns = [path("sign-in/", sign_in), path("", home, name="home")]
