"""The areas of the JSON API in the order in which they are read: the tags of the document, and what each is for."""

AREAS: dict[str, str] = {
    "Sign up and in by phone": "Apps with pages of their own: number, code, password, profile, and then tokens.",
    "Sign up and in by e-mail": "The same with an address, and a forgotten password.",
    "Sign in through providers": "Through Google, GitHub or another issuer, in the system's browser.",
    "Second factors: signing in": "After the answer `login_step_needed`: the sign-in goes on with its `login_id`.",
    "Passkeys": "Signing in with a passkey, and the caller's own ones.",
    "Tokens": "New tokens for a refresh token.",
    "Single sign-on": "Signing a browser in and a person out everywhere, for pages of our own without a form post.",
    "Sessions and devices": "Where the caller is signed in, and ending it.",
    "Account": "Who the caller is, what happened to the account, taking the data along, and leaving.",
    "Password": "The caller's password.",
    "Second factors: mine": "The caller's own second factors. Changing them wants a fresh sign-in.",
    "Connected providers": "Which providers sign the caller in. Changing that wants a fresh sign-in.",
    "OAuth": "The protocol's endpoints under a second address: forms in, and the errors of RFC 6749.",
}


def tags(used: set[str]) -> list[dict[str, str]]:
    """The `tags` of the document: those in use, each with its sentence."""
    return [{"name": name, "description": text} for name, text in AREAS.items() if name in used]
