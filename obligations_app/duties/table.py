"""The table: which event is told to whom, how, and how often. To tell of another event, add a row and a template."""

from collections.abc import Mapping

from obligations_app.duties.choices import Audience, Channels, Per
from obligations_app.duties.duty import Duty, Throttle
from sessions_app.signals import FIRST_DEVICE

PERSON, OPERATORS, OWNER = Audience.PERSON, Audience.OPERATORS, Audience.OWNER
EITHER = Channels.EMAIL_ELSE_SMS
HOURLY, DAILY = Throttle(1, Per.HOUR), Throttle(1, Per.DAY)
FEW, MANY = Throttle(5, Per.HOUR), Throttle(10, Per.HOUR)
# `social_login_app`'s reason for an identity that came with its account.
NEW_ACCOUNT = frozenset({"new_account"})
POST_OFFICE = "messaging_app"


def _factor(event: str) -> Duty:
    """A change of how somebody signs in: an SMS is worth its money where there is no address (L09)."""
    return Duty(event=event, template="second_factor", channels=EITHER, throttle=MANY)


def _owner(event: str, *, throttle: Throttle = FEW, is_on: bool = True) -> Duty:
    return Duty(event=event, audience=OWNER, template="app_owner", throttle=throttle, is_on=is_on)


def _operators(event: str, *, throttle: Throttle = MANY, is_on: bool = True) -> Duty:
    return Duty(event=event, audience=OPERATORS, template="operators", throttle=throttle, is_on=is_on)


TABLE: tuple[Duty, ...] = (
    # What opens an account.
    Duty(event="app.authorized", template="app_authorized"),
    Duty(event="token.issued", template="token_issued", once_per="use"),
    Duty(
        event="device.new",
        template="device_new",
        once_per="subject",
        except_for=frozenset({FIRST_DEVICE}),
    ),
    Duty(event="refresh.reused", template="refresh_reused", once_per="family"),
    # A stranger can cause this one at will: one letter an hour, never an SMS by default.
    Duty(event="account.locked", template="account_locked", throttle=HOURLY),
    # How people sign in.
    *(
        _factor(event)
        for event in (
            "factor.added",
            "factor.removed",
            "factor.reset",
            "backup_codes.made",
            "backup_code.used",
            "passkey.suspended",
        )
    ),
    Duty(event="password.changed", template="password_changed", channels=EITHER),
    Duty(event="password.change_required", template="password_change_required"),
    Duty(event="social.linked", template="social_linked", except_for=NEW_ACCOUNT),
    Duty(event="social.unlinked", template="social_unlinked"),
    # To the number or address before the change, with a link that takes it back: no event may carry either.
    Duty(
        event="phone.changed",
        template="phone_changed",
        channels=Channels.EMAIL_AND_SMS,
        told_by="phone_auth_app",
    ),
    Duty(event="email.changed", template="email_changed", channels=EITHER, told_by="email_auth_app"),
    # What becomes of the account. The first has a link that takes it back, the second goes where its link did not.
    Duty(
        event="person.deactivated",
        template="account_closed",
        channels=Channels.EMAIL_AND_SMS,
        told_by="self_service_app",
    ),
    Duty(
        event="operator.recovery_started",
        template="recovery_started",
        channels=Channels.EMAIL_AND_SMS,
        told_by="self_service_app",
    ),
    Duty(event="person.exported", template="account_exported", channels=EITHER),
    # Operators.
    _operators("session.reported"),
    _operators("key.revoked"),
    _operators("notices.dropped", throttle=HOURLY),
    _operators("refresh.reused", throttle=HOURLY, is_on=False),
    _operators("client.created", is_on=False),
    _operators("duty.changed", is_on=False),
    Duty(
        event="sms.budget_exhausted",
        audience=OPERATORS,
        template="sms_budget_exhausted",
        throttle=HOURLY,
        told_by=POST_OFFICE,
    ),
    Duty(
        event="limit.blocked",
        audience=OPERATORS,
        template="sms_numbers_held",
        throttle=DAILY,
        told_by=POST_OFFICE,
    ),
    # Owners of apps.
    _owner("client.secret_added"),
    _owner("client.secret_ended"),
    _owner("client.key_changed"),
    _owner("client.disabled"),
    _owner("client.enabled"),
    _owner("code.replayed", throttle=HOURLY),
    _owner("logout.app_not_told", throttle=DAILY),
    _owner("client.changed", is_on=False),
)

BY_NAME: Mapping[str, Duty] = {duty.name: duty for duty in TABLE}
EVENTS = frozenset(duty.event for duty in TABLE)
