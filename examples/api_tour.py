"""Calls every operation of the JSON API once, as an app with pages of its own would, and prints each answer.

    make run                                             # in one window
    python examples/api_tour.py http://localhost:8000    # in another

Codes are read from the development inbox at /dev/inbox/. Needs httpx, and cryptography for the passkey.
"""

import argparse
import base64
import hashlib
import hmac
import secrets
import struct
import sys
import time
import uuid
from typing import Any

import httpx
from api_by_document import Api, Unexpected
from soft_passkey import SoftPasskey

PASSWORD, NEW_PASSWORD = "seven green bicycles", "nine purple umbrellas"
STEP_SECONDS = 30
APP_URI = "com.example.notes:/signed-in"
Tokens = dict[str, Any]


def totp(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app shows (RFC 6238), now or some steps of 30 seconds later."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


class Tour:
    """One person with a number and one with an address walk through everything."""

    def __init__(self, api: Api, api_secret: str = "") -> None:
        self.api = api
        self.api_secret = api_secret
        self.origin = str(api.http.base_url).rstrip("/")
        self.phone = f"+97688{secrets.randbelow(10**6):06}"
        self.email = f"tour-{secrets.token_hex(4)}@example.com"
        self.device_id = secrets.token_urlsafe(24)

    def run(self) -> None:
        """All of it. Raises Unexpected where the server answers otherwise."""
        tokens = self.sign_up_by_phone()
        self.sign_in_by_phone()
        tokens = self.refresh(tokens)
        self.profile(tokens)
        self.sign_in_by_email(self.sign_up_by_email())
        self.providers(tokens)
        self.sessions(tokens)
        tokens = self.second_factors(tokens)
        tokens = self.sign_in_with_second_factors(tokens)
        self.protocol(tokens)
        self.single_sign_on()

    def code_to(self, recipient: str) -> str:
        """The newest code that was "sent"."""
        answer = self.api.http.get("/dev/inbox/", params={"format": "json", "to": recipient})
        letters = answer.json()["messages"] if answer.is_success else []
        found = next((str(letter["code"]) for letter in letters if letter["code"]), "")
        if not found:
            raise Unexpected(f"no code for {recipient} in /dev/inbox/ (DEMO=1 shows it)")
        return found

    def sign_up_by_phone(self) -> Tokens:
        call = self.api.call
        began = call("phone_auth_register", {"mobile_number": self.phone, "device_id": self.device_id})
        session = {"session_id": began["session_id"]}
        call("phone_auth_verify_otp", {**session, "code": self.code_to(self.phone)})
        call("phone_auth_set_password", {**session, "password": PASSWORD})
        tokens: Tokens = call(
            "phone_auth_user_info", {**session, "first_name": "Saruul", "last_name": "Bold"}
        )
        return tokens

    def sign_in_by_phone(self, *, expect: int = 200) -> Tokens:
        began = self.api.call(
            "phone_auth_register", {"mobile_number": self.phone, "device_id": self.device_id}
        )
        fields = {"session_id": began["session_id"], "password": PASSWORD}
        answer: Tokens = self.api.call("phone_auth_login", fields, expect=expect)
        return answer

    def refresh(self, tokens: Tokens) -> Tokens:
        renewed: Tokens = self.api.call("oauth_tokens_refresh", {"refresh_token": tokens["refresh_token"]})
        return renewed

    def profile(self, tokens: Tokens) -> None:
        call, token = self.api.call, tokens["access_token"]
        call("self_service_profile_show", token=token)
        call(
            "self_service_profile_change",
            {"nickname": "Saraa", "address": {"locality": "Darkhan"}},
            token=token,
        )
        call("obligations_index", token=token)
        call("self_service_account_export", token=token)

    def sign_up_by_email(self) -> Tokens:
        began = self.api.call("email_auth_register", {"email": self.email})
        fields = {"session_id": began["session_id"], "code": self.code_to(self.email), "password": PASSWORD}
        tokens: Tokens = self.api.call("email_auth_verify_email", fields)
        return tokens

    def sign_in_by_email(self, tokens: Tokens) -> None:
        """Also: another password, a forgotten one, and leaving."""
        call = self.api.call
        fields = {"current_password": PASSWORD, "new_password": NEW_PASSWORD}
        call("self_service_password_change", fields, token=tokens["access_token"], expect=204)
        began = call("email_auth_forgot", {"email": self.email})
        fields = {"session_id": began["session_id"], "code": self.code_to(self.email), "password": PASSWORD}
        call("email_auth_reset", fields, expect=204)
        tokens = call("email_auth_login", {"email": self.email, "password": PASSWORD})
        call("self_service_account_deactivate", {"confirm": True}, token=tokens["access_token"])
        call("self_service_profile_show", token=tokens["access_token"], expect=401)

    def providers(self, tokens: Tokens) -> None:
        """As far as an app gets without a person at the provider: the answer is made up, and refused."""
        call, token = self.api.call, tokens["access_token"]
        listed = call("social_login_providers")
        which = {"provider_id": listed[0]["id"] if listed else "none"}
        start, finish = (200, 400) if listed else (404, 404)
        made_up = {"session_id": str(uuid.uuid4()), "state": "made-up", "code": "made-up"}
        uri = {"redirect_uri": APP_URI}
        call("social_login_start", uri, within=which, expect=start)
        call("social_login_finish", made_up, within=which, expect=finish)
        call("social_login_links_links", token=token)
        call("social_login_links_start_link", uri, within=which, token=token, expect=start)
        call("social_login_links_finish_link", made_up, within=which, token=token, expect=finish)
        call("social_login_links_unlink", within={"link_id": str(uuid.uuid4())}, token=token, expect=404)

    def sessions(self, tokens: Tokens) -> None:
        call, token = self.api.call, tokens["access_token"]
        others = [self.sign_in_by_phone() for _ in range(4)]
        listed = call("self_service_sessions_index", token=token)
        other = next(session["sid"] for session in listed if not session["is_current"])
        call("self_service_sessions_end", within={"sid": other}, token=token, expect=204)
        live = [each for each in others if self._is_alive(each)]
        call("self_service_sessions_end_current", token=live[0]["access_token"], expect=204)
        call("self_service_sessions_logout", token=live[1]["access_token"], expect=204)
        call("self_service_sessions_end_others", token=token)
        device = call("self_service_sessions_devices", token=token)[0]["id"]
        call(
            "self_service_sessions_rename",
            {"name": "My phone"},
            within={"device_id": device},
            token=token,
            expect=204,
        )
        end = self.sign_in_by_phone()["access_token"]
        call("self_service_sessions_end_on_device", within={"device_id": device}, token=end)

    def _is_alive(self, tokens: Tokens) -> bool:
        headers = {"Authorization": f"Bearer {tokens['access_token']}"}
        return self.api.http.get("/o/userinfo/", headers=headers).is_success

    def second_factors(self, tokens: Tokens) -> Tokens:
        """An authenticator app, backup codes, codes by SMS and a passkey."""
        call = self.api.call
        token = self.sign_in_by_phone()["access_token"]
        self.secret = call("mfa_account_begin_totp", token=token)["secret"]
        call(
            "mfa_account_confirm_totp", {"code": totp(self.secret), "name": "my app"}, token=token, expect=204
        )
        # From now on a password alone is not enough; and what changes factors wants all of them.
        login = {"login_id": self.sign_in_by_phone(expect=403)["login_id"]}
        call("mfa_methods", login)
        tokens = call("mfa_verify", {**login, "method": "totp", "code": totp(self.secret, steps=1)})
        token = tokens["access_token"]
        call("mfa_account_make_backup_codes", token=token)
        call("mfa_account_add_codes", within={"kind": "sms"}, token=token, expect=204)
        self.passkey = SoftPasskey(self.origin)
        asked = call("mfa_account_new_passkey_options", token=token)
        made = {"challenge_id": asked["challenge_id"], "credential": self.passkey.create(asked["publicKey"])}
        call("mfa_account_new_passkey", {**made, "name": "in software"}, token=token, expect=204)
        return tokens

    def sign_in_with_second_factors(self, tokens: Tokens) -> Tokens:
        """By SMS, by passkey after the password, by passkey alone; then most factors are removed again."""
        call = self.api.call
        login = {"login_id": self.sign_in_by_phone(expect=403)["login_id"]}
        call("mfa_send", {**login, "method": "sms"})
        asked = call("mfa_passkey_options", login)
        proof = {"challenge_id": asked["challenge_id"], "credential": self.passkey.get(asked["publicKey"])}
        call("mfa_verify_passkey", {**login, **proof})
        asked = call("mfa_sign_in_options", {"device_id": self.device_id})
        proof = {"challenge_id": asked["challenge_id"], "credential": self.passkey.get(asked["publicKey"])}
        tokens = call("mfa_sign_in", {**proof, "device_id": self.device_id})
        token = tokens["access_token"]
        which = {"passkey_id": call("mfa_passkeys_passkeys", token=token)[0]["id"]}
        call("mfa_passkeys_rename_passkey", {"name": "my key"}, within=which, token=token, expect=204)
        factors = call("mfa_account_index", token=token)
        app = {"factor_id": next(factor["id"] for factor in factors if factor["kind"] == "totp")}
        call("mfa_account_rename", {"name": "my old app"}, within=app, token=token, expect=204)
        for factor in factors:
            if factor["kind"] != "passkey":
                call("mfa_account_remove", within={"factor_id": factor["id"]}, token=token, expect=204)
        call("mfa_passkeys_remove_passkey", within=which, token=token, expect=204)
        return tokens

    def protocol(self, tokens: Tokens) -> None:
        """The OAuth endpoints under their second address."""
        call = self.api.call
        asked = {
            "response_type": "code",
            "client_id": "demo",
            "redirect_uri": f"{self.origin}/demo/callback/",
            "scope": "openid profile",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        call("oauth_authorize", params=asked, expect=303)
        call("oauth_authorize_by_form", data=asked, expect=303)
        call("oauth_userinfo", token=tokens["access_token"])
        secret = ("demo-api", self.api_secret)
        form = {"token": tokens["access_token"]}
        call("oauth_introspect", data=form, auth=secret, expect=200 if self.api_secret else 401)
        form = {
            "grant_type": "refresh_token",
            "client_id": "first-party",
            "refresh_token": tokens["refresh_token"],
        }
        tokens = call("oauth_token", data=form)
        call("oauth_revoke", data={"client_id": "first-party", "token": tokens["refresh_token"]})
        call("oauth_userinfo", token=tokens["access_token"], expect=401)

    def single_sign_on(self) -> None:
        """A browser of our own page: a cookie, and the token against other sites' forms."""
        with httpx.Client(
            base_url=self.api.http.base_url, timeout=self.api.http.timeout, trust_env=False
        ) as browser:
            fields = {"mobile_number": self.phone, "password": PASSWORD}
            signed_in = self.api.call("self_service_sso_login", fields, http=browser)
            self.api.call("self_service_sso_logout", http=browser, expect=403)
            headers = {"X-CSRFToken": signed_in["csrf_token"], "Referer": f"{self.origin}/"}
            self.api.call("self_service_sso_logout", http=browser, headers=headers)


def main(arguments: list[str]) -> int:
    """0 when every operation of the document answered as it should."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="the server, as http://localhost:8000")
    parser.add_argument("--api-secret", default="", help="of the client demo-api (DEMO_API_SECRET in .env)")
    options = parser.parse_args(arguments)
    with httpx.Client(base_url=options.url, timeout=20, trust_env=False) as http:
        api = Api(http)
        try:
            Tour(api, options.api_secret).run()
        except Unexpected as error:
            print(error, file=sys.stderr)
            return 1
    print(f"\n{len(api.called)} operations called.")
    if api.not_called:
        print(f"Not called: {', '.join(api.not_called)}", file=sys.stderr)
    return 1 if api.not_called else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
