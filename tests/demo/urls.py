"""The addresses of the server with the demonstration, as a development checkout has them."""

from django.urls import include, path

from auth_server_django.urls import handler400, handler403, handler404, handler500

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("", include("demo_app.urls")), path("", include("auth_server_django.urls"))]
