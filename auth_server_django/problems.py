"""Errors of the JSON API: whatever is raised becomes one problem document here, and nowhere else."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from core_app.errors import AppError
from core_app.problems import MEDIA_TYPE, problem
from custom_scopes_and_policies_app.errors import OAuthError

logger = logging.getLogger(__name__)

RETRY_SECONDS = 5
# From the body's place in a validation error to the field: ("body", name of the argument, field, …).
DEPTH_OF_FIELD = 2
WHOLE_BODY = "body"


class BadBody(AppError):
    """The body is not good JSON."""

    code = "invalid_json"


class WrongMediaType(AppError):
    """The body is not JSON at all."""

    code = "unsupported_media_type"
    status = 415


def answer(
    *,
    status: int,
    code: str,
    detail: str,
    errors: Mapping[str, Sequence[str]] | None = None,
    extra: Mapping[str, object] | None = None,
    retry_after: int | None = None,
) -> HttpResponse:
    """A problem document as a response, never cached."""
    document = problem(status=status, code=code, detail=detail, errors=errors, extra=extra)
    response = JsonResponse(document, status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


def on_app_error(request: HttpRequest, error: AppError) -> HttpResponse:
    """A refusal of one of the rooms; its `detail` is for the log alone."""
    if error.detail:
        logger.log(
            logging.ERROR if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else logging.INFO,
            "%s %s: %s",
            request.path,
            error.code,
            error.detail,
        )
    sentence = str(error.message)
    return answer(
        status=error.status,
        code=error.code,
        detail=sentence,
        errors={error.field: [sentence]} if error.field else None,
        extra=error.extra,
        retry_after=error.retry_after
        or (RETRY_SECONDS if error.status == HTTPStatus.SERVICE_UNAVAILABLE else None),
    )


def on_oauth_error(request: HttpRequest, error: OAuthError) -> HttpResponse:
    """A bearer token that is missing, not good or not enough: with its challenge (RFC 6750 §3)."""
    response = answer(status=error.status, code=error.error, detail=error.description)
    for name, value in error.headers.items():
        response[name] = value
    return response


def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Fields that are missing, unknown or of another type: said one by one, in plain words."""
    errors: dict[str, list[str]] = defaultdict(list)
    for found in error.errors:
        errors[_field(found["loc"])].append(_sentence(found))
    fields = ", ".join(errors)
    detail = _("Some fields are missing or not right: %(fields)s.") % {"fields": fields}
    return answer(status=422, code="invalid_fields", detail=detail, errors=errors)


def on_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """The framework's own errors. A body that our parser refused is wrapped in one of them."""
    if isinstance(error.__cause__, AppError):
        return on_app_error(request, error.__cause__)
    status = error.status_code
    return answer(status=status, code=_code_of(status), detail=HTTPStatus(status).phrase)


def on_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body above `DATA_UPLOAD_MAX_MEMORY_SIZE`: it was not read."""
    return answer(status=413, code="body_too_large", detail=_("What was sent is too large."))


def on_unreadable(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    """The caller went away in the middle of its body."""
    return answer(status=400, code="invalid_body", detail=_("The body did not arrive whole."))


def on_not_found(request: HttpRequest, error: Http404) -> HttpResponse:
    """An address of the API that holds nothing."""
    detail = _("There is nothing at this address. Addresses of this API are listed in /api/docs.")
    return answer(status=404, code="not_found", detail=detail)


def on_database_error(request: HttpRequest, error: DatabaseError) -> HttpResponse:
    """The database is away or gave up; the transaction was taken back."""
    logger.error("%s: the database failed", request.path, exc_info=error)
    detail = _("This is not possible right now. Try again in a moment.")
    return answer(status=503, code="temporarily_unavailable", detail=detail, retry_after=RETRY_SECONDS)


def on_surprise(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: into the log in full, to the caller without anything of it."""
    logger.error("%s: unexpected error", request.path, exc_info=error)
    detail = _("Something went wrong on our side. Please try again in a minute.")
    return answer(status=500, code="server_error", detail=detail)


def method_not_allowed(allowed: str) -> HttpResponse:
    """405 with what may be used instead (RFC 9110 §15.5.6)."""
    detail = _("Use %(methods)s here.") % {"methods": allowed}
    response = answer(status=405, code="method_not_allowed", detail=detail)
    response["Allow"] = allowed
    return response


def _code_of(status: int) -> str:
    return HTTPStatus(status).phrase.lower().replace(" ", "_")


def _field(place: Sequence[object]) -> str:
    """The name under which the caller sent it; "body" for all of it."""
    within = place[DEPTH_OF_FIELD:] if place[0] == WHOLE_BODY else place[1:]
    return ".".join(map(str, within)) or WHOLE_BODY


def _sentence(found: dict[str, Any]) -> str:
    """A validator's finding in words that need no knowledge of it."""
    kind = str(found["type"])
    limits = found.get("ctx") or {}
    sentences: dict[str, str] = {
        "missing": _("This field is required."),
        "extra_forbidden": _("This field is not known here."),
        "string_type": _("Send this as text."),
        "string_unicode": _("This text has characters that cannot be read."),
        "string_too_short": _("This is too short."),
        "string_too_long": _("This is too long: at most %s characters.") % limits.get("max_length", ""),
        "string_pattern_mismatch": _("This has characters that are not allowed here."),
        "uuid_parsing": _("This is not a session id. Use the one that /api/register/ gave."),
        "uuid_type": _("This is not a session id. Use the one that /api/register/ gave."),
        "model_attributes_type": _("Send a JSON object."),
        "model_type": _("Send a JSON object."),
        "dict_type": _("Send a JSON object."),
    }
    return sentences.get(kind, _("This value cannot be used."))
