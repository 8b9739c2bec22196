"""What every JSON way in takes and gives, for apps that show their own pages: the body's rules, device, tokens."""

from typing import Annotated, Any, Literal

from ninja import Field, Schema
from pydantic import ConfigDict

from core_app.problems import problem

DEVICE_ID = r"^[A-Za-z0-9._:-]{16,128}$"

DeviceId = Annotated[
    str,
    Field(
        pattern=DEVICE_ID,
        description="A random id the app made for itself when it was installed, and keeps secret (16 to 128 of "
        "A-Z a-z 0-9 . _ : -). It makes this a known device: others' wrong guesses do not lock it out.",
        examples=["b7Q2f0c9-installation-41"],
    ),
]
TOKENS: dict[str, Any] = {
    "access_token": "eyJ0eXAiOiJhdCtqd3Qi…",
    "token_type": "Bearer",
    "expires_in": 900,
    "refresh_token": "AQE…",
    "scope": "openid profile email phone offline_access",
    "id_token": "eyJ0eXAiOiJKV1Qi…",
}


class Body(Schema):
    """A request: no field that is not named here."""

    model_config = ConfigDict(extra="forbid")


class Tokens(Schema):
    """Signed in (RFC 6749 §5.1). Refresh at /o/token/ with the first-party client's id."""

    model_config = ConfigDict(json_schema_extra={"examples": [TOKENS]})

    access_token: str = Field(description="A JWT (RFC 9068). Send it as `Authorization: Bearer …`.")
    token_type: Literal["Bearer"]
    expires_in: int = Field(description="Seconds the access token lives.")
    scope: str = Field(description="What was really given.")
    refresh_token: str | None = Field(None, description="Exchanged at /api/auth/token/refresh/ or /o/token/.")
    id_token: str | None = Field(None, description="Who signed in (OIDC Core §2), for the app alone.")


STEP_NEEDED = problem(
    status=403,
    code="login_step_needed",
    detail="This account needs one more step to sign in.",
    extra={"next_step": "second_factor", "login_id": "kX3n9cQ0b7Wm2vLr5tYz8aJd1hFgPsUe"},
)
