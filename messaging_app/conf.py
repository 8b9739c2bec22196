"""Settings of the post office."""

from django.conf import settings

from core_app.conf import Setting

INLINE = "inline"
CELERY = "celery"


class MessagingSettings:
    SMS_ROUTES = Setting(
        "*=console",
        "Which gateways carry SMS, by country and in order of preference: `MN=first,second;*=console`. `*` "
        "is every country not named. Gateways: console (prints), memory (tests).",
    )
    MESSAGING_DELIVERY = Setting(
        "",
        "`inline`: right after the commit, by the process that answered. `celery`: by the worker, which "
        "looks every second. Empty: `celery` when there is a broker, else `inline`.",
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
    MESSAGING_BATCH = Setting(50, "How many messages one run of the relay sends at most.")


conf = MessagingSettings()


def delivery_mode() -> str:
    """`inline` or `celery`: how messages leave the outbox in this installation."""
    return conf.MESSAGING_DELIVERY or (CELERY if settings.CELERY_BROKER_URL else INLINE)
