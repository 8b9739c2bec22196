"""How a client proves itself at the machine endpoints (RFC 6749 §2.3).

A client with a secret may send it in the header or in the body, whichever it was registered with: RFC 6749 §2.3.1
wants the header supported for every one of them, OAuth 2.1 §2.4.1 the body. Neither proves more than the other. A
public client has no secret to send, and a confidential one never gets by without.
"""

import base64
from urllib.parse import unquote_plus

from custom_scopes_and_policies_app.client_secrets import is_right_secret
from custom_scopes_and_policies_app.clients import find_client
from custom_scopes_and_policies_app.endpoints.call import Call, Form
from custom_scopes_and_policies_app.errors import InvalidClient, OAuthError
from custom_scopes_and_policies_app.models import Application


def authenticate_client(call: Call, form: Form) -> Application:
    """The client that makes this call: by its secret, or by its id alone when it is public.

    Raises InvalidClient; OAuthError `invalid_request` when two methods are used at once (RFC 6749 §2.3).
    """
    basic = _basic_credentials(call)
    posted_id, posted_secret = form.get("client_id"), form.get("client_secret")
    if basic is not None:
        if posted_secret is not None:
            raise OAuthError("invalid_request", "Use one method of client authentication, not two.")
        client_id, secret = basic
        if posted_id is not None and posted_id != client_id:
            raise OAuthError("invalid_request", "Two different client ids.")
    else:
        client_id, secret = posted_id or "", posted_secret or ""
    return _check(client_id, secret, tried_basic=basic is not None)


def _check(client_id: str, secret: str, *, tried_basic: bool) -> Application:
    client = find_client(client_id)
    if client is None:
        raise InvalidClient("client_unknown", tried_basic=tried_basic)
    if client.is_confidential:
        if not is_right_secret(secret, client.client_secrets):
            raise InvalidClient("client_secret_wrong", tried_basic=tried_basic)
    elif secret or tried_basic:
        # A public client that sends a secret is misconfigured; letting it through would hide that.
        raise InvalidClient("client_is_public", tried_basic=tried_basic)
    return client


def _basic_credentials(call: Call) -> tuple[str, str] | None:
    """Id and secret of a Basic header, form-decoded as RFC 6749 §2.3.1 wants; None when there is none."""
    scheme, _, value = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(value.strip(), validate=True).decode()
        client_id, separator, secret = decoded.partition(":")
    except ValueError as error:  # not base64, or not UTF-8
        raise InvalidClient("basic_malformed", tried_basic=True) from error
    if not separator:
        raise InvalidClient("basic_malformed", tried_basic=True)
    return unquote_plus(client_id), unquote_plus(secret)
