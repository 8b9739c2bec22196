"""The pages of when something is wrong. A server with DEBUG shows developers' pages instead, so these are asked for
inside the server's own code with DEBUG off, and shown at an address of the same server."""

import json
from collections.abc import Callable

from playwright.sync_api import Route

from scripts.gallery.walk import Walk

PAGES = """
import json, logging
logging.disable(logging.CRITICAL)
from django.conf import settings
settings.DEBUG = False
from django.db import DatabaseError
from django.test import Client, RequestFactory
from auth_server_django import views
host = "localhost:{port}"
def get(path, **more):
    return Client(raise_request_exception=False, HTTP_HOST=host, HTTP_ACCEPT="text/html").get(path, **more).content
def away(request):
    try:
        raise DatabaseError("away")
    except DatabaseError:
        return views.server_error(request).content
request = RequestFactory().get("/", HTTP_HOST=host, HTTP_ACCEPT="text/html")
refused = Client(enforce_csrf_checks=True, HTTP_HOST=host, HTTP_ACCEPT="text/html").post("/login/", {{}})
pages = {{
    "error-400": views.bad_request(request, Exception()).content,
    "error-403": views.permission_denied(request, Exception()).content,
    "error-csrf": refused.content,
    "error-404": get("/nowhere/"),
    "error-500": views.server_error(request).content,
    "error-503": away(request),
}}
print(json.dumps({{name: page.decode() for name, page in pages.items()}}))
"""


def errors(walk: Walk) -> None:
    """400, 403, 404, 429, 500, 503. The last one locks this machine's address: nothing can come after it."""
    walk.leave()
    printed = walk.shell(PAGES.format(port=walk.server.port)).splitlines()[-1]
    for name, page in json.loads(printed).items():
        walk.page.route(f"**/{name}", answer_with(page))
        walk.show(name, f"/{name}")
    for _ in range(3):
        walk.page.goto("/login/")
        walk.fill(phone="+97688220044", password="not the right one")
    walk.show("error-429")


def answer_with(page: str) -> Callable[[Route], None]:
    """A handler that answers with this page, whatever is asked."""
    return lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8")
