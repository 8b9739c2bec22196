"""Settings of signing up and in by phone."""

from core_app.conf import Setting


class PhoneAuthSettings:
    SIGNUP_STARTS_PER_IP_PER_HOUR = Setting(
        30, "How many sign-ups may be started from one address in an hour before it has to wait."
    )
    SIGNUP_PENDING_SECONDS = Setting(900, "How long an unfinished sign-up may wait for its next step.")
    CODE_STARTS_PER_IP_PER_HOUR = Setting(
        30,
        "How often codes may be asked for from one address in an hour, to sign in, for a forgotten password and for "
        "a new number together.",
    )
    CODE_PENDING_SECONDS = Setting(
        900,
        "How long a sign-in by code, a forgotten password or a change of number may wait for its next step.",
    )
    PHONE_CHANGE_FRESH_SECONDS = Setting(
        300,
        "A change of number wants a sign-in that was proven at most so long ago; otherwise it is asked again.",
    )
    PHONE_CHANGE_UNDO_SECONDS = Setting(
        72 * 3600, "How long the link in the notices of a change of number can take the change back."
    )
    API_SESSION_SECONDS = Setting(900, "How long a session of the JSON flow may wait for its next step.")
    API_HIDES_ACCOUNTS = Setting(
        False,
        "Let /api/register/ answer `otp` for every number: nobody learns which have an account, and those sign in "
        "by code. Off, a known number answers `password` and limits hold back who asks about many.",
    )
    API_NUMBERS_PER_IP_PER_HOUR = Setting(
        20, "How many different numbers one address may name to /api/register/ in an hour."
    )
    API_CALLS_PER_IP_PER_MINUTE = Setting(
        60, "Requests of the JSON flow that one address may send in a minute."
    )
    API_CALLS_PER_SESSION = Setting(30, "Requests that one session of the JSON flow may send in its life.")


conf = PhoneAuthSettings()
