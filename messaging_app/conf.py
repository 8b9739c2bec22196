"""Settings of the post office."""

from django.conf import settings

from core_app.conf import Setting
from messaging_app.routes import BadRoutes, parse_routes

INLINE = "inline"
THREAD = "thread"
CELERY = "celery"
# Gateways that answer at once because they reach nobody.
LOCAL_GATEWAYS = frozenset({"console", "memory"})


class MessagingSettings:
    SMS_ROUTES = Setting(
        "*=console",
        "Which gateways carry SMS, by country and in order of preference: `MN=first,second;*=console`. `*` "
        "is every country not named. Gateways: console (prints), moni, messagepro, twilio, http, memory (tests); "
        "any other name is a route of your own, set up as `docs/sms.md` says.",
    )
    MESSAGING_DELIVERY = Setting(
        "",
        "`inline`: right after the commit, before the answer. `thread`: by a thread of the process. `celery`: by "
        "the worker, which looks every second. Empty: `celery` when there is a broker; else `thread` when "
        "SMS_ROUTES names a gateway that has to be reached, else `inline`.",
    )
    MESSAGING_KEEP_BODIES = Setting(
        False, "Keep the text of sent messages for the development inbox. Refused when DEBUG is off."
    )
    MESSAGING_MAX_ATTEMPTS = Setting(8, "A message that could not be delivered so many times is given up.")
    MESSAGING_RETRY_SECONDS = Setting(
        5, "Wait before the second attempt; each later wait is three times as long, one hour at most."
    )
    MESSAGING_CLAIM_SECONDS = Setting(
        60, "A message taken by a worker that said nothing for so long is taken over by another."
    )
    SMS_BREAKER_SECONDS = Setting(
        30, "How long a gateway that keeps failing is left alone before one message tries it again."
    )
    MESSAGING_KEEP_DAYS = Setting(90, "How long messages that were sent or given up stay in the outbox.")
    MESSAGING_BATCH = Setting(50, "How many messages one run of the relay sends at most.")


conf = MessagingSettings()


def delivery_mode() -> str:
    """`inline`, `thread` or `celery`: how messages leave the outbox in this installation."""
    if conf.MESSAGING_DELIVERY:
        return conf.MESSAGING_DELIVERY
    if settings.CELERY_BROKER_URL:
        return CELERY
    return INLINE if _reaches_nobody(conf.SMS_ROUTES) else THREAD


def _reaches_nobody(routes: str) -> bool:
    try:
        names = {name for gateways in parse_routes(routes).values() for name in gateways}
    except BadRoutes:
        return True
    return names <= LOCAL_GATEWAYS
