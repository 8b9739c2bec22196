"""The JSON API: the rooms' routers under one OpenAPI document, with its pages served from here."""

import re
from collections.abc import Callable, Sequence
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, UnreadablePostError
from django.urls import URLPattern, URLResolver, re_path
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from auth_server_django import problems
from auth_server_django.api_limits import limited
from auth_server_django.json_body import StrictParser
from auth_server_django.openapi.document import completed
from core_app.errors import AppError
from custom_scopes_and_policies_app.api import router as oauth
from custom_scopes_and_policies_app.api_tokens import router as tokens
from custom_scopes_and_policies_app.errors import OAuthError
from email_auth_app.api import router as email
from mfa_app.api import router as mfa
from mfa_app.api_account import router as factors
from mfa_app.api_passkeys import router as passkeys
from obligations_app.api import router as activity
from phone_auth_app.api import router as phone
from self_service_app.api.account import router as account
from self_service_app.api.password import router as password
from self_service_app.api.profile import router as profile
from self_service_app.api.sessions import router as sessions
from self_service_app.api.sso import router as sso
from social_login_app.api import router as social
from social_login_app.api_links import router as links

HANDLERS: dict[type[Exception], Callable[..., HttpResponse]] = {
    AppError: problems.on_app_error,
    OAuthError: problems.on_oauth_error,
    ValidationError: problems.on_invalid,
    HttpError: problems.on_http_error,
    RequestDataTooBig: problems.on_too_big,
    UnreadablePostError: problems.on_unreadable,
    Http404: problems.on_not_found,
    DatabaseError: problems.on_database_error,
    Exception: problems.on_surprise,
}

# How rooms are called in the names of operations, where that is not simply their name.
SHORT = {"custom_scopes_and_policies_app": "oauth"}


class ProblemAPI(NinjaAPI):
    """An API whose every error is a problem document, wrong methods and unknown addresses included."""

    _document: OpenAPISchema | None = None

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        """The API's addresses, and a last one for all that are none."""
        patterns, app_name, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                is_root = pattern.name == "api-root"
                view = _nothing_here if is_root else _with_problems(pattern.callback)
                pattern.callback = limited(view)
        return [*patterns, re_path("", limited(_nothing_here))], app_name, namespace

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The document, with what all operations have in common. Made once: anybody may ask for it (L07)."""
        if self._document is None:
            schema = super().get_openapi_schema(**kwargs)
            schema.update(completed(schema))
            self._document = schema
        return self._document

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """A name that programs made from the document call it by: `mfa_verify`, `self_service_sessions_end`."""
        view = operation.view_func
        room, *rest = view.__module__.split(".")
        place = "_".join(part.removeprefix("api").strip("_") for part in rest)
        name = f"{SHORT.get(room, room.removesuffix('_app'))}_{place}_{view.__name__}"
        return re.sub(r"_+", "_", name)


def _with_problems(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return problems.method_not_allowed(response["Allow"])
        if response.status_code == HTTPStatus.NO_CONTENT:
            # Nothing is of no type.
            del response["Content-Type"]
        # A good answer may hold tokens: nothing keeps it (RFC 6749 §5.1).
        response.setdefault("Cache-Control", "no-store")
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


api = _make(
    [
        ("", phone),
        ("/v1", oauth),
        ("/v1", sso),
        ("/auth", tokens),
        ("/auth", profile),
        ("/auth", activity),
        ("/auth", account),
        ("/auth", sessions),
        ("/auth", email),
        ("/auth", password),
        ("/auth", mfa),
        ("/auth", factors),
        ("/auth", passkeys),
        ("/auth/social", social),
        ("/auth/social", links),
    ]
)
