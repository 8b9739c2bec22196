"""A token request as oauthlib wants to see it, made from what has been decoded and checked already."""

from typing import Any, ClassVar

from custom_scopes_and_policies_app.dot.protocol import OAuthRequest
from custom_scopes_and_policies_app.endpoints.call import Call, Form
from custom_scopes_and_policies_app.models import Application

PATH = "/o/token/"
# What a client says at the token endpoint (RFC 6749 §4, RFC 7636 §4.5, RFC 8628 §3.4).
READ = ("grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope", "device_code")


class TokenRequest(OAuthRequest):  # type: ignore[misc]
    """oauthlib's own would write the form out again in order to parse it a second and a third time.

    Only the parameters of `READ` come from the client: no field of a form can name what the server puts here, such as
    the person. `client` has proven to be itself.
    """

    # Duplicates were refused when the form was read, but for `resource`, which may repeat (RFC 8707 §2).
    duplicate_params: ClassVar[tuple[str, ...]] = ()
    # Every name that oauthlib may ask for, none with a value.
    _nothing: ClassVar[dict[str, Any]] = dict.fromkeys(OAuthRequest(PATH)._params)

    def __init__(self, *, form: Form, call: Call, client: Application) -> None:
        self.uri, self.http_method, self.body = PATH, "POST", None
        self.headers: dict[str, str] = {}
        self.validator_log: dict[str, Any] = {}
        given = dict(form.pairs)
        # As attributes: what is only among the `_params` is found by way of `__getattr__`, each time it is asked for.
        self._params: dict[str, Any] = {}
        self.__dict__.update(self._nothing)
        self.__dict__.update({name: given[name] for name in READ if name in given})
        self.call = call
        self.client = client
        self.client_id = client.client_id
        self.grant: Any = None
        self.resources = form.get_all("resource")
