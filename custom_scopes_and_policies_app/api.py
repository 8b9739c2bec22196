"""The protocol endpoints once more under `/api/v1/`, for clients that like everything in one place, and in OpenAPI.

The same functions as under `/o/`; only the address differs.
"""

from collections.abc import Callable
from typing import Annotated

from django.http import HttpRequest, HttpResponse
from ninja import Field, Form, Router, Schema
from ninja.security import HttpBearer

from custom_scopes_and_policies_app.endpoints.call import Answer, Call
from custom_scopes_and_policies_app.endpoints.introspect import introspect
from custom_scopes_and_policies_app.endpoints.revoke import revoke
from custom_scopes_and_policies_app.endpoints.token import token
from custom_scopes_and_policies_app.endpoints.userinfo import userinfo
from custom_scopes_and_policies_app.views.machine import call_from, respond

router = Router(tags=["OAuth"])
