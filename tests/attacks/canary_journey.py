"""A whole life with an account, failures included, every secret of which is planted as a canary."""

import base64
from dataclasses import dataclass, field
from typing import Any

from django.core import mail
from django.db import DatabaseError, connection

from custom_scopes_and_policies_app.clients import create_client
from messaging_app.gateways import memory
from tests.attacks.listening import Ear, ListeningClient, table_cells
from tests.email_auth.pages import LINK, path_of
from tests.mfa.pages import BACKUP_CODE, SECRET, SECURITY, AuthApp, at, login_id
from tests.oauth import CALLBACK, VERIFIER, OAuthBrowser, post
from tests.phone_auth.pages import CODE

PHONE = "+97699117731"
EMAIL = "canary.of.ours@example.com"
SHOP_SECRET = "shop-secret-canary-5b1f9a7c3e"
PASSWORD, WRONG, NEW, NEWEST = (
    f"canary password {word} umbrella" for word in ("first", "wrong", "second", "third")
)


@dataclass
class Journey:
    """`cells` are what the tables held at each `look`."""

    ear: Ear
    cells: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.home = self.ear.browser("10.20.0.1")
        self.ear.plant("password", PASSWORD, WRONG, NEW, NEWEST)
        self.ear.plant("phone", PHONE, PHONE[1:])

    def look(self) -> None:
        self.cells |= set(table_cells())

    def send(self, path: str, http: ListeningClient | None = None, **fields: str) -> Any:
        answer = (http or self.home).post(path, fields)
        assert answer.status_code < 500, path
        return answer

    def call(self, path: str, **fields: Any) -> Any:
        """A call of an app of ours."""
        client = self.ear.browser("10.20.0.9")
        answer = client.post(f"/api/{path}/", fields, content_type="application/json")
        for name in ("session_id", "login_id", "access_token", "refresh_token", "id_token"):
            told = answer.json().get(name) if "json" in answer.get("Content-Type", "") else None
            if told:
                self.ear.plant(name, str(told))
        return answer

    def code(self) -> str:
        """The last code that an SMS brought."""
        texts = [sent.text for sent in memory.delivered if sent.to == PHONE and CODE.search(sent.text)]
        return self.ear.plant("code", str(CODE.findall(texts[-1])[0]))

    def letter(self) -> str:
        """The path of the last link by e-mail; its code is planted too."""
        text = next(
            str(each.body)
            for each in reversed(mail.outbox)
            if LINK.search(str(each.body)) and "is your code" in str(each.body)
        )
        self.ear.plant("code", text.strip().split()[0] if text.strip()[0].isdigit() else "")
        path = path_of(LINK.findall(text)[0])
        self.ear.plant("link", path.strip("/").rpartition("/")[2])
        return path

    def letter_code(self) -> str:
        text = next(str(each.body) for each in reversed(mail.outbox) if "is your code" in str(each.body))
        found = next(word for word in text.split() if word.isdigit() and len(word) in {6, 8})
        return self.ear.plant("code", found)

    def walk(self) -> None:
        self.sign_up()
        self.add_factors()
        self.use_an_app()
        self.fail_to_sign_in()
        self.sign_in_with_a_factor()
        self.forget_the_password()
        self.use_our_own_app()
        self.leave_things_open()
        self.break_the_database()
        self.look()

    def sign_up(self) -> None:
        self.send("/signup/", phone=PHONE)
        code = self.code()
        self.look()
        self.send("/signup/verify/", code=f"{(int(code) + 1) % 1_000_000:06d}")
        assert self.send("/signup/verify/", code=code)["Location"] == "/signup/password/"
        assert self.send("/signup/password/", password=PASSWORD).status_code == 303
        self.send("/account/email/", email=EMAIL)
        self.letter()
        assert self.send("/account/email/verify/", code=self.letter_code()).status_code == 303
        self.ear.plant("session cookie", self.home.cookies["session"].value)
        self.look()

    def add_factors(self) -> None:
        self.send(f"{SECURITY}app/")
        shown = SECRET.search(self.home.get(f"{SECURITY}app/set-up/").content.decode())
        assert shown is not None
        secret = self.ear.plant("totp secret", shown[1].replace(" ", ""))
        raw = base64.b32decode(secret)
        self.ear.plant("totp secret", raw.hex(), base64.b64encode(raw).decode(), shown[1])
        self.app = AuthApp(secret)
        assert self.send(f"{SECURITY}app/set-up/", code=self.typed(), name="phone").status_code == 303
        codes = BACKUP_CODE.findall(self.send(f"{SECURITY}backup-codes/").content.decode())
        assert codes
        self.ear.plant("backup code", *codes, *(code.replace("-", "") for code in codes))
        self.backup = codes
        self.look()

    def typed(self, steps: int = 0) -> str:
        return self.ear.plant("code", self.app.code(steps=steps))

    def use_an_app(self) -> None:
        create_client(name="Shop", client_id="shop", client_secret=SHOP_SECRET, redirect_uris=[CALLBACK])
        self.ear.plant("client secret", SHOP_SECRET)
        self.ear.plant("verifier", VERIFIER)
        browser = OAuthBrowser(self.home)
        shop = ("shop", SHOP_SECRET)
        fields = {"grant_type": "authorization_code", "redirect_uri": CALLBACK, "code_verifier": VERIFIER}
        code = self.ear.plant(
            "authorization code", browser.code(client_id="shop", scope="openid phone offline_access")
        )
        machine = self.ear.browser("10.20.0.8")
        assert post(machine, "/o/token/", basic=("shop", WRONG), code=code, **fields).status_code == 401
        tokens = post(machine, "/o/token/", basic=shop, code=code, **fields).json()
        for name in ("access_token", "refresh_token", "id_token"):
            self.ear.plant(name, tokens[name])
        self.look()
        renewed = post(
            machine,
            "/o/token/",
            basic=shop,
            grant_type="refresh_token",
            refresh_token=tokens["refresh_token"],
        ).json()
        self.ear.plant("refresh_token", renewed["refresh_token"])
        self.ear.plant("access_token", renewed["access_token"])
        post(machine, "/o/introspect/", basic=shop, token=renewed["access_token"])
        machine.get("/o/userinfo/", headers={"Authorization": f"Bearer {renewed['access_token']}"})
        # Replayed: everything that came of it ends.
        assert post(machine, "/o/token/", basic=shop, code=code, **fields).status_code == 400
        self.ear.plant("authorization code", browser.code(client_id="shop", state="left"))
        self.look()

    def fail_to_sign_in(self) -> None:
        stranger = self.ear.browser("10.20.0.2")
        self.send("/login/", stranger, phone=PHONE, password=WRONG)
        self.send("/login/email/", stranger, email=EMAIL, password=WRONG)
        self.send("/signup/password/", stranger, password=PASSWORD)
        self.send("/login/social/github/", stranger, password=PASSWORD)

    def sign_in_with_a_factor(self) -> None:
        self.send("/logout/")
        self.other = self.ear.browser("10.20.0.3")
        waits = self.send("/login/", self.other, phone=PHONE, password=PASSWORD)["Location"]
        self.ear.plant("login_id", login_id(waits))
        self.send(at(waits, use="totp"), self.other, code=self.app.wrong_code())
        assert self.send(at(waits, use="backup_code"), self.other, code=self.backup[0]).status_code == 303
        self.ear.plant("session cookie", self.other.cookies["session"].value)
        self.look()

    def forget_the_password(self) -> None:
        http = self.ear.browser("10.20.0.4")
        self.send("/password/forgot/email/", http, email=EMAIL)
        link = self.letter()
        self.look()
        http.get(link)
        assert self.send(link, http)["Location"] == "/password/forgot/email/new/"
        assert self.send("/password/forgot/email/new/", http, password=NEW).status_code == 303
        self.send("/password/forgot/", http, phone=PHONE)
        self.send("/password/forgot/verify/", http, code=self.code())
        assert self.send("/password/forgot/new/", http, password=NEWEST).status_code == 303

    def use_our_own_app(self) -> None:
        begun = self.call("register", mobile_number=PHONE, device_id="canary-device-0001-0001").json()
        waits = self.call("login", session_id=begun["session_id"], password=NEWEST).json()
        assert waits["code"] == "login_step_needed", waits
        done = self.call(
            "auth/mfa/verify", login_id=waits["login_id"], method="backup_code", code=self.backup[1]
        )
        assert done.status_code == 200, done.content
        self.call("auth/token/refresh", refresh_token=done.json()["refresh_token"])
        self.call("auth/login", email=EMAIL, password=WRONG)
        self.look()

    def leave_things_open(self) -> None:
        """Codes, links and logins that still wait."""
        http = self.ear.browser("10.20.0.5")
        self.ear.plant(
            "login_id", login_id(self.send("/login/", http, phone=PHONE, password=NEWEST)["Location"])
        )
        self.send("/login/code/", http, phone=PHONE)
        self.code()
        self.send("/password/forgot/email/", http, email=EMAIL)
        self.letter()
        self.call("auth/password/forgot", email=EMAIL)

    def break_the_database(self) -> None:
        """Errors bring their texts into tracebacks."""

        def fails(*args: object, **kwargs: object) -> object:
            raise DatabaseError(f"Key (phone)=({PHONE}) exists; password={NEWEST}")

        http = self.ear.browser("10.20.0.6", raise_request_exception=False)
        with connection.execute_wrapper(fails):
            http.post("/login/", {"phone": PHONE, "password": NEWEST})
