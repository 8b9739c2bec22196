"""Sign-in through providers for apps that show their own pages: start, the system's browser, finish with its answer."""

from django.http import HttpRequest
from ninja import Router

from core_app.caller import caller_of
from sessions_app.app_logins import STEP_NEEDED, TOKENS, Tokens
from sessions_app.assurance import FEDERATED
from sessions_app.login import complete_for_app
from social_login_app import api_schemas as schemas
from social_login_app import attempts
from social_login_app.api_flow import begin, finish_with
from social_login_app.attempts import APP
from social_login_app.providers import enabled_providers, find_provider
from social_login_app.services import person_of

router = Router(tags=["Sign in through providers"])


@router.get("/", response=list[schemas.ProviderOut], summary="The providers that people may sign in with")
def providers(request: HttpRequest) -> list[dict[str, str]]:
    """In the operator's order; a disabled one is not there."""
    return [{"id": provider.id, "label": provider.label} for provider in enabled_providers()]


@router.post(
    "/{provider_id}/start/",
    response=schemas.Started,
    summary="Begin: the address to open in the system's browser",
    openapi_extra=schemas.described(
        {"redirect_uri": "com.example.notes:/signed-in"},
        {
            "session_id": schemas.SESSION,
            "authorization_url": "https://accounts.google.com/o/oauth2/v2/auth?…",
        },
        schemas.NO_REDIRECT,
        schemas.TOO_OFTEN,
    ),
)
def start(request: HttpRequest, provider_id: str, data: schemas.Start) -> schemas.Started:
    """State, nonce and PKCE verifier stay on the server. Whoever catches the redirect has no `session_id`, and gets
    nothing for the code.
    """
    return begin(
        find_provider(provider_id),
        redirect_uri=data.redirect_uri,
        device_id=data.device_id or "",
        caller=caller_of(request),
    )


@router.post(
    "/{provider_id}/finish/",
    response=Tokens,
    exclude_none=True,
    summary="Finish with the provider's answer: tokens",
    openapi_extra=schemas.described(
        {
            "session_id": schemas.SESSION,
            "state": "Yb3…",
            "code": "4/0Af…",
            "iss": "https://accounts.google.com",
        },
        TOKENS,
        schemas.GONE,
        schemas.GIVEN_UP,
        schemas.TAKEN,
        schemas.REFUSED,
        STEP_NEEDED,
    ),
)
def finish(request: HttpRequest, provider_id: str, data: schemas.Finish) -> Tokens:
    """The same rules as on the pages: whom the identity belongs to, or who gets an account."""
    provider = find_provider(provider_id)
    caller = caller_of(request)
    attempt = attempts.take(APP, str(data.session_id), provider_id=provider.id, state=data.state)
    with finish_with(provider, attempt, data, caller=caller) as upstream:
        person = person_of(provider=provider, upstream=upstream, caller=caller)
    tokens = complete_for_app(user=person, methods=[FEDERATED], binding=attempt.binding, caller=caller)
    return Tokens.model_validate(tokens)
