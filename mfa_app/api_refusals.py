"""What the JSON API of second factors says no with, and how its documentation shows it."""

from typing import Any

from core_app.problems import documented, problem

GONE = problem(
    status=400, code="login_gone", detail="This sign-in waited too long or is over. Sign in again."
)
NOT_OFFERED = problem(
    status=400,
    code="method_not_offered",
    detail="This cannot be used here. Choose one of the ways that are offered.",
)
NOT_PROVEN = problem(
    status=400,
    code="factor_not_proven",
    detail="This is not the right code. Check it and try again.",
    errors={"code": ["This is not the right code. Check it and try again."]},
)
CHALLENGE_GONE = problem(status=400, code="challenge_gone", detail="This took too long. Try again.")
NOT_FRESH = problem(
    status=403, code="fresh_login_required", detail="Sign in again to change how you sign in."
)
NOT_SIGNED_IN = problem(status=401, code="invalid_token", detail="Sign in, or present an access token.")
NOTHING_ENROLLED = problem(
    status=409,
    code="no_second_factor",
    detail="Add a second factor first. Backup codes are for when you cannot use it.",
)
UNKNOWN = problem(status=404, code="not_found", detail="There is no such second factor.")
LOCKED = problem(
    status=429,
    code="too_many_attempts",
    detail="There were too many failed attempts. Wait a while, then try again.",
)
RESEND_TOO_SOON = problem(
    status=429,
    code="otp_resend_too_soon",
    detail="A code was sent just now. Wait before you ask for another.",
)
NOT_SENT = problem(
    status=429,
    code="sending_refused",
    detail="No more SMS can be sent right now. Wait a while, then try again.",
)
COUNTRY = problem(status=400, code="country_refused", detail="We cannot send codes to this country.")
WRONG_CODE = problem(
    status=400,
    code="otp_wrong",
    detail="This is not the code we sent. You have 2 tries left.",
    extra={"remaining": 2},
)
EXPIRED_CODE = problem(
    status=400, code="otp_expired", detail="This code is no longer good. Ask for a new one."
)
EXHAUSTED = problem(
    status=429, code="otp_exhausted", detail="There were too many wrong codes. Ask for a new one later."
)
ACCOUNT = problem(status=403, code="account_refused", detail="This account cannot be used right now.")
SETUP_GONE = problem(
    status=400, code="setup_gone", detail="This took too long. Start setting up your app again."
)
TOO_MANY = problem(
    status=409, code="too_many_factors", detail="You have as many as one can have. Remove one first."
)
NO_ADDRESS = problem(
    status=409,
    code="no_proven_address",
    detail="First prove the number or e-mail address that the codes should go to.",
)
PASSKEY_REFUSED = problem(
    status=400, code="passkey_refused", detail="This passkey cannot be used here. Try another one."
)
PASSKEY_TAKEN = problem(
    status=409, code="passkey_taken", detail="This passkey is in use already. Choose another one."
)


def described(*problems: dict[str, object], signed_in: bool = False) -> dict[str, Any]:
    """What the types do not tell: the errors, and how to authenticate where that is needed."""
    if not signed_in:
        return {"responses": documented(LOCKED, *problems)}
    security: list[dict[str, list[str]]] = [{"AccessToken": []}, {"Cookie": []}]
    return {"security": security, "responses": documented(NOT_SIGNED_IN, LOCKED, *problems)}
