"""Sign-ins, one-time codes, factors, and what people change about themselves."""

from django.test import Client

from core_app.events import REFUSED
from mfa_app.models import TotpFactor
from sessions_app.models import Device
from tests.email_auth import pages as email_pages
from tests.mfa import pages as mfa_pages
from tests.oauth import PASSWORD, PHONE
from tests.obligations.stories.scene import ADDRESS, NOBODY, OPERATOR, SOMEBODY_NEW, Row, Scene, step
from tests.phone_auth import pages as phone_pages

NEW_PHONE = "+97688112244"
STRANGER = "+97688112277"
NEW_EMAIL = "new@example.com"
NEW_PASSWORD = "nine purple umbrellas"


def sign_in(scene: Scene) -> None:
    assert scene.sign_in().status_code == 303


def sign_in_elsewhere(scene: Scene) -> None:
    other = Client(REMOTE_ADDR=ADDRESS)
    assert other.post("/login/", {"phone": PHONE, "password": PASSWORD}).status_code == 303
    scene.kept["other"] = other


def mistype(scene: Scene) -> None:
    assert scene.sign_in("wrong horse").status_code == 400


def guess_from_far_away(scene: Scene) -> None:
    far = Client(REMOTE_ADDR="203.0.113.66")
    answers = [far.post("/login/", {"phone": PHONE, "password": f"wrong {n}"}).status_code for n in range(3)]
    assert answers[-1] in {400, 429}


def operator_unlocks(scene: Scene) -> None:
    scene.operator.http.post(f"/admin/accounts_app/user/{scene.person.pk}/act/unlock/")


def step_up(scene: Scene) -> None:
    challenge = mfa_pages.challenge_of(scene.http.get("/login/step-up/?acr=aal2&next=/account/"))
    scene.http.post(mfa_pages.at(challenge, "send/", use="sms"))
    done = scene.http.post(mfa_pages.at(challenge, use="sms"), {"code": mfa_pages.last_sms()})
    assert done.status_code == 303


def end_the_other(scene: Scene) -> None:
    assert scene.http.post("/account/sessions/end-others/").status_code == 303


def sign_out(scene: Scene) -> None:
    assert scene.http.post("/logout/").status_code == 303


def name_a_device(scene: Scene) -> None:
    device = Device.objects.filter(user=scene.person).earliest("first_seen_at")
    answer = scene.http.post(f"/account/devices/{device.pk}/rename/", {"name": "my laptop"})
    assert answer.status_code == 303


def be_sent_a_code(scene: Scene) -> None:
    scene.kept["visitor"] = visitor = Client(REMOTE_ADDR="203.0.113.77")
    scene.kept["otp"] = phone_pages.start(visitor, STRANGER)


def mistype_the_code(scene: Scene) -> None:
    wrong = phone_pages.wrong(scene.kept["otp"])
    assert scene.kept["visitor"].post(phone_pages.VERIFY, {"code": wrong}).status_code == 400


def type_the_code(scene: Scene) -> None:
    answer = scene.kept["visitor"].post(phone_pages.VERIFY, {"code": scene.kept["otp"]})
    assert answer["Location"] == phone_pages.CHOOSE_PASSWORD


def get_an_account(scene: Scene) -> None:
    answer = scene.kept["visitor"].post(phone_pages.CHOOSE_PASSWORD, {"password": NEW_PASSWORD})
    assert answer["Location"] == phone_pages.PROFILE


def change_the_number(scene: Scene) -> None:
    code = phone_pages.ask_for_code(scene.http, phone_pages.CHANGE, NEW_PHONE)
    assert scene.http.post(phone_pages.CHANGE_VERIFY, {"code": code}).status_code == 303


def change_the_address(scene: Scene) -> None:
    answer = email_pages.prove(scene.http, email_pages.CHANGE, NEW_EMAIL)
    assert answer.status_code == 303


def change_the_password(scene: Scene) -> None:
    fields = {"current_password": PASSWORD, "password": NEW_PASSWORD}
    assert scene.http.post(email_pages.CHANGE_PASSWORD, fields).status_code == 303


def change_the_name(scene: Scene) -> None:
    fields = {"given_name": "Oyun", "family_name": "Dorj", "language": "en", "locale": "en"}
    assert scene.http.post("/account/profile/", fields).status_code == 303


def add_a_factor(scene: Scene) -> None:
    scene.kept["factor"] = mfa_pages.add_app(scene.http)


def fail_a_factor(scene: Scene) -> None:
    scene.kept["other"] = other = Client(REMOTE_ADDR=ADDRESS)
    scene.kept["challenge"] = mfa_pages.challenge_of(mfa_pages.sign_in(other))
    code = scene.kept["factor"].wrong_code()
    assert other.post(scene.kept["challenge"], {"code": code}).status_code == 400


def prove_a_factor(scene: Scene) -> None:
    code = scene.kept["factor"].code(steps=1)
    assert scene.kept["other"].post(scene.kept["challenge"], {"code": code}).status_code == 303


def make_backup_codes(scene: Scene) -> None:
    scene.kept["backup"] = mfa_pages.make_backup_codes(scene.http)


def use_a_backup_code(scene: Scene) -> None:
    browser = Client(REMOTE_ADDR=ADDRESS)
    challenge = mfa_pages.challenge_of(mfa_pages.sign_in(browser))
    url = mfa_pages.at(challenge, use="backup_code")
    assert browser.post(url, {"code": scene.kept["backup"][0]}).status_code == 303


def add_codes_by_sms(scene: Scene) -> None:
    mfa_pages.add_codes(scene.http, "sms")


def operator_resets(scene: Scene) -> None:
    fields = {"action": "reset_selected", "_selected_action": [str(scene.person.pk)]}
    assert scene.operator.http.post("/admin/mfa_app/protectedperson/", fields).status_code == 302


def remove_a_factor(scene: Scene) -> None:
    factor = TotpFactor.objects.get(user=scene.person)
    assert scene.http.post(f"{mfa_pages.SECURITY}{factor.pk}/remove/").status_code == 303


SESSIONS = (
    step(
        "session started",
        sign_in,
        Row("device.new", has="about session", reason="first"),
        Row("session.started", has="session", reason="pwd"),
    ),
    step(
        "device new",
        sign_in_elsewhere,
        Row("device.new", has="about session"),
        Row("session.started", has="session", reason="pwd"),
    ),
    step("device renamed", name_a_device, Row("device.renamed", has="about")),
    step("session ended", end_the_other, Row("session.ended", has="session", reason="logout")),
    step(
        "session stepped up",
        step_up,
        Row("otp.sent", NOBODY, has="about", reason="second_factor"),
        Row("otp.verified", NOBODY, has="about", reason="second_factor"),
        Row("factor.proven", reason="sms"),
        Row("session.stepped_up", has="session", reason="pwd sms"),
    ),
    step("session ended", sign_out, Row("session.ended", has="session", reason="logout")),
    step(
        "sign-in failed",
        mistype,
        Row("login.failed", has="about", reason="wrong_credentials", outcome=REFUSED),
    ),
    step(
        "lock",
        guess_from_far_away,
        Row("login.failed", has="about", reason="wrong_credentials", outcome=REFUSED),
        Row("login.failed", has="about", reason="wrong_credentials", outcome=REFUSED),
        Row("account.locked", has="about", reason="account", outcome=REFUSED),
        Row("address.locked", NOBODY, has="about", reason="ip", outcome=REFUSED),
        Row("login.failed", has="about", reason="wrong_credentials", outcome=REFUSED),
    ),
    step(
        "unlock",
        operator_unlocks,
        Row("account.unlocked", NOBODY, has="about", reason="operator"),
        Row("operator.acted", OPERATOR, has="about", reason="changed"),
        Row("operator.person_unlocked", has="about"),
    ),
)
CODES_BY_SMS = (
    step("OTP sent", be_sent_a_code, Row("otp.sent", NOBODY, has="about", reason="signup")),
    step(
        "OTP failed",
        mistype_the_code,
        Row("otp.failed", NOBODY, has="about", reason="signup: wrong", outcome=REFUSED),
    ),
    step("OTP verified", type_the_code, Row("otp.verified", NOBODY, has="about", reason="signup")),
    step(
        "account made",
        get_an_account,
        Row("person.signed_up", SOMEBODY_NEW, has="about"),
        Row("device.new", SOMEBODY_NEW, has="about session", reason="first"),
        Row("session.started", SOMEBODY_NEW, has="session", reason="sms"),
    ),
)
CHANGES = (
    step(
        "session started",
        sign_in,
        Row("device.new", has="about session", reason="first"),
        Row("session.started", has="session", reason="pwd"),
    ),
    step("profile changed", change_the_name, Row("person.profile_changed", reason="name family_name locale")),
    step(
        "phone changed",
        change_the_number,
        Row("otp.sent", NOBODY, has="about", reason="phone_change"),
        Row("otp.verified", NOBODY, has="about", reason="phone_change"),
        Row("phone.changed", has="about"),
    ),
    step(
        "e-mail changed",
        change_the_address,
        Row("otp.sent", NOBODY, has="about", reason="email"),
        Row("otp.verified", NOBODY, has="about", reason="email"),
        Row("email.changed", has="about"),
    ),
    step(
        "password changed",
        change_the_password,
        Row("password.changed", has="about session", reason="by the person"),
    ),
)
FACTORS = (
    step(
        "session started",
        sign_in,
        Row("device.new", has="about session", reason="first"),
        Row("session.started", has="session", reason="pwd"),
    ),
    step(
        "factor added",
        add_a_factor,
        Row("factor.added", has="session", reason="totp"),
        Row("session.stepped_up", has="session", reason="otp pwd"),
    ),
    step(
        "factor refused",
        fail_a_factor,
        Row("factor.refused", reason="totp: factor_not_proven", outcome=REFUSED),
    ),
    step(
        "factor proven",
        prove_a_factor,
        Row("factor.proven", reason="totp"),
        Row("device.new", has="about session"),
        Row("session.started", has="session", reason="mfa otp pwd"),
    ),
    step("backup codes made", make_backup_codes, Row("backup_codes.made", has="session")),
    step(
        "backup code used",
        use_a_backup_code,
        Row("backup_code.used", has="about"),
        Row("factor.proven", reason="backup_code"),
        Row("device.new", has="about session"),
        Row("session.started", has="session", reason="mfa otp pwd"),
    ),
    step(
        "factor removed",
        remove_a_factor,
        Row("session.ended", has="session", reason="credentials_changed"),
        Row("session.ended", has="session", reason="credentials_changed"),
        Row("factor.removed", has="session", reason="totp"),
    ),
    step("factor added", add_codes_by_sms, Row("factor.added", has="session", reason="sms")),
    step(
        "operator resets factors",
        operator_resets,
        Row("session.ended", has="session", reason="credentials_changed"),
        Row("factor.reset", has="about"),
    ),
)
