"""What a provider says of a person, in one form for all kinds."""

from dataclasses import dataclass

MAX_SUBJECT = 255
MAX_EMAIL = 254
MAX_NAME = 200
MAX_PART = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """An identity: `issuer` and `subject`, and nothing else of it, are who somebody is (J01).

    `verified_email` is "" unless the provider vouches for the address and the operator trusts it. `label` is how the
    person recognises the identity: an address or a user name, proven or not.
    """

    issuer: str
    subject: str
    verified_email: str = ""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    label: str = ""


def clean(value: object, length: int) -> str:
    """A text of a provider as it may be stored and shown: printable, trimmed, so long at most; "" for no text."""
    if not isinstance(value, str):
        return ""
    return "".join(letter for letter in value if letter.isprintable()).strip()[:length]


def clean_email(value: object) -> str:
    """An address, or "": cut off it would be another one."""
    text = clean(value, MAX_EMAIL + 1)
    name, at, domain = text.partition("@")
    is_address = bool(name and at and domain) and "@" not in domain and " " not in text
    return text if is_address and len(text) <= MAX_EMAIL else ""
