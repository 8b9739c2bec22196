"""The JSON API: the rooms' routers under one OpenAPI document, with its pages served from here."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from auth_server_django import problems
from auth_server_django.json_body import StrictParser
from core_app.errors import AppError
from core_app.problems import SCHEMA, SCHEMA_NAME
from custom_scopes_and_policies_app.api import router as oauth
from phone_auth_app.api import router as phone

HANDLERS: dict[type[Exception], Callable[..., HttpResponse]] = {
    AppError: problems.on_app_error,
    ValidationError: problems.on_invalid,
    HttpError: problems.on_http_error,
    RequestDataTooBig: problems.on_too_big,
    UnreadablePostError: problems.on_unreadable,
    Http404: problems.on_not_found,
    DatabaseError: problems.on_database_error,
    Exception: problems.on_surprise,
}


class ProblemAPI(NinjaAPI):
    """An API whose every error is a problem document, wrong methods and unknown addresses included."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The API's addresses, and a last one for all that are none."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                is_root = pattern.name == "api-root"
                pattern.callback = _nothing_here if is_root else _with_problems(pattern.callback)
        return [*patterns, re_path("", _nothing_here)], app_name, namespace

    def create_response(self, request: HttpRequest, data: Any, **kwargs: Any) -> HttpResponse:
        """A good answer; it may hold tokens, so nothing keeps it (RFC 6749 §5.1)."""
        response: HttpResponse = super().create_response(request, data, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The document, with what the rooms' descriptions refer to."""
        schema = super().get_openapi_schema(**kwargs)
        components = schema["components"]
        components["schemas"][SCHEMA_NAME] = SCHEMA
        components["securitySchemes"] = {"AccessToken": {"type": "http", "scheme": "bearer"}}
        return schema


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return problems.method_not_allowed(response["Allow"])
        return response

    return answered


@csrf_exempt
def _nothing_here(request: HttpRequest) -> HttpResponse:
    return problems.on_not_found(request, Http404())


def _make(routers: Sequence[tuple[str, Any]]) -> ProblemAPI:
    made = ProblemAPI(
        title="Authorization server",
        version="1",
        description=(
            "JSON API of this server. The OAuth endpoints answer under /o/ as well, with the errors of RFC 6749; "
            "all other errors are problem documents (RFC 9457)."
        ),
        urls_namespace="api",
        docs_url="/docs",
        parser=StrictParser(),
    )
    for error, handler in HANDLERS.items():
        made.add_exception_handler(error, handler)
    for prefix, router in routers:
        made.add_router(prefix, router)
    return made


api = _make([("", phone), ("/v1", oauth)])
