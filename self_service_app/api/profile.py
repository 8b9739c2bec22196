"""The caller's profile by JSON: read it, change single fields; the same rules as the page."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Field, Router, Schema
from pydantic import ConfigDict

from accounts_app.models import User
from accounts_app.profile import ADDRESS_PARTS, TEXTS, profile_of, save_profile
from accounts_app.profile_form import ProfileForm
from core_app.caller import caller_of
from core_app.errors import AppError
from core_app.problems import problem
from self_service_app.api.person import signed_in
from self_service_app.api.schemas import described
from sessions_app.app_logins import Body

router = Router(tags=["Account"])

Line = Annotated[str | None, Field(max_length=1000)]


class InvalidProfile(AppError):
    """Fields whose type is right and whose content is not."""

    code = "invalid_fields"
    status = 422


class AddressChanges(Body):
    """Members that are left out stay; null or "" clears one."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"locality": "Darkhan", "postal_code": "45000"}]}
    )

    street_address: Line = None
    locality: Line = None
    region: Line = None
    postal_code: Line = None
    country: Line = None


class ProfileChanges(Body):
    """Fields that are left out stay; null or "" clears one. `address: null` clears all of it (RFC 7396)."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"nickname": "Saraa", "birthdate": "1990-12-31"}]}
    )

    name: Line = None
    given_name: Line = None
    family_name: Line = None
    middle_name: Line = None
    nickname: Line = None
    preferred_username: Line = None
    gender: Line = None
    birthdate: Annotated[str | None, Field(max_length=1000, examples=["1990-12-31"])] = None
    profile: Line = None
    picture: Annotated[str | None, Field(max_length=1000, examples=["https://example.com/me.jpg"])] = None
    website: Line = None
    zoneinfo: Annotated[str | None, Field(max_length=1000, examples=["Asia/Ulaanbaatar"])] = None
    locale: Annotated[str | None, Field(max_length=1000, examples=["mn"])] = None
    address: AddressChanges | None = None


class Address(Schema):
    street_address: str = Field(examples=["Peace Avenue 17"])
    locality: str = Field(examples=["Ulaanbaatar"])
    region: str = Field(examples=["Ulaanbaatar"])
    postal_code: str = Field(examples=["14200"])
    country: str = Field(examples=["Mongolia"])


class Profile(Schema):
    """The profile claims of OpenID Connect Core §5.1; "" where nothing is said."""

    name: str = Field(examples=["Saruul Bold"])
    given_name: str = Field(examples=["Saruul"])
    family_name: str = Field(examples=["Bold"])
    middle_name: str = Field(examples=[""])
    nickname: str = Field(examples=["Saraa"])
    preferred_username: str = Field(examples=["saruul"])
    gender: str = Field(examples=["female"])
    birthdate: str = Field(examples=["1990-12-31"])
    profile: str = Field(examples=["https://example.com/saruul"])
    picture: str = Field(examples=["https://example.com/me.jpg"])
    website: str = Field(examples=["https://saruul.example.com"])
    zoneinfo: str = Field(examples=["Asia/Ulaanbaatar"])
    locale: str = Field(examples=["mn"])
    address: Address
    updated_at: int = Field(description="Seconds since 1970, as in the claim.", examples=[1767225600])


@router.get("/profile/", response=Profile, summary="My profile", openapi_extra=described())
def show(request: HttpRequest) -> dict[str, Any]:
    """Number and e-mail address are not part of it: they are proven, not typed in."""
    return _facts(signed_in(request).user)


@router.patch(
    "/profile/",
    response=Profile,
    summary="Change my profile",
    openapi_extra=described(
        problem(
            status=422,
            code="invalid_fields",
            detail="Some fields cannot be saved as they are.",
            errors={"picture": ["Enter a whole address that begins with https://."]},
        )
    ),
)
def change(request: HttpRequest, data: ProfileChanges) -> dict[str, Any]:
    """All fields that are given are saved, or none. What is the same as before changes nothing."""
    person = signed_in(request).user
    given = _given(data)
    form = ProfileForm(given, person=person, only=given)
    if not form.is_valid():
        errors = {_place(name): [str(text) for text in texts] for name, texts in form.errors.items()}
        raise InvalidProfile(_("Some fields cannot be saved as they are."), extra={"errors": errors})
    save_profile(user=person, given=form.cleaned_data, caller=caller_of(request))
    return _facts(person)


def _given(data: ProfileChanges) -> dict[str, str]:
    named = data.model_dump(exclude_unset=True)
    address = named.pop("address", {})
    parts = dict.fromkeys(ADDRESS_PARTS, "") if address is None else address
    return {name: value or "" for name, value in {**named, **parts}.items()}


def _place(field: str) -> str:
    return f"address.{field}" if field in ADDRESS_PARTS else field


def _facts(person: User) -> dict[str, Any]:
    fields = profile_of(person)
    return {
        **{name: fields[name] for name in TEXTS},
        "address": {part: fields[part] for part in ADDRESS_PARTS},
        "updated_at": int(person.updated_at.timestamp()),
    }
