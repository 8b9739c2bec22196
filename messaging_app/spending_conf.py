"""Settings of what SMS may cost: where to, how often, for how much money."""

from decimal import Decimal, InvalidOperation

from core_app.conf import DECLARED, Setting


def as_money(text: str) -> Decimal:
    """An amount of money. Raises ValueError for what is none, so that a slip never lifts a budget."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation as error:
        raise ValueError("expected an amount such as 20 or 0.08") from error
    if not amount.is_finite() or amount < 0:
        raise ValueError("expected an amount that is not below zero")
    return amount


class SpendingSettings:
    SMS_COUNTRIES = Setting[list[str]](
        [],
        "Countries (ISO 3166) that SMS may be sent to, comma-separated; `*` allows all. Empty: those of "
        "`PHONE_COUNTRIES`; when that is empty too, none in production and all in development.",
    )
    SMS_DENIED_PREFIXES = Setting[list[str]](
        ["+35315", "+870", "+878", "+881", "+882", "+883", "+979"],
        "Prefixes that never get an SMS although the numbering plan calls them valid: premium rate, satellite, "
        "networks without a country.",
    )
    SMS_PER_PHONE_10_MINUTES = Setting(3, "Codes to one number in 10 minutes, all purposes together.")
    SMS_PER_PHONE_HOUR = Setting(5, "Codes to one number in an hour, all purposes together.")
    SMS_PER_PHONE_DAY = Setting(10, "Codes to one number in 24 hours, all purposes together.")
    SMS_NOTICES_PER_PHONE_DAY = Setting(
        5, "Notices to one number in 24 hours. They are counted apart: none takes a code's place."
    )
    SMS_PER_IP_HOUR = Setting(
        10,
        "SMS asked for from one address (IPv6: one /64) in an hour. With `DEBUG`, the limits per address leave out "
        "this machine's own.",
    )
    SMS_PER_IP_DAY = Setting(30, "SMS asked for from one address (IPv6: one /64) in 24 hours.")
    SMS_PHONES_PER_IP_HOUR = Setting(
        5,
        "Different numbers that one address (IPv6: one /64) may have SMS sent to in an hour. Raise it for "
        "networks that share an address.",
    )
    SMS_PHONES_PER_IP_DAY = Setting(
        10, "Different numbers that one address (IPv6: one /64) may have SMS sent to in 24 hours."
    )
    SMS_NUMBERS_PER_BLOCK = Setting(
        5,
        "Different numbers of one block (all digits but the last three) that get SMS in "
        "`SMS_BLOCK_WINDOW_SECONDS`. One more, and the block is held: somebody counts through it.",
    )
    SMS_BLOCK_WINDOW_SECONDS = Setting(600, "The time in which the numbers of a block are counted.")
    SMS_BLOCK_HOLD_SECONDS = Setting(86_400, "How long a held block of numbers gets no SMS.")
    SMS_BUDGET_HOUR = Setting(
        Decimal(20),
        "Money that SMS may cost in an hour, in `SMS_CURRENCY`. A hard stop: then nothing is sent and the "
        "operators are told.",
        parse=as_money,
    )
    SMS_BUDGET_DAY = Setting(
        Decimal(100), "Money that SMS may cost in 24 hours, in `SMS_CURRENCY`. A hard stop.", parse=as_money
    )
    SMS_BUDGET_NOTICES_DAY = Setting(
        Decimal(20),
        "Money of `SMS_BUDGET_DAY` that notices (a changed number or password) may cost in 24 hours. Those over it are "
        "kept in the outbox as refused; codes go on.",
        parse=as_money,
    )
    SMS_PRICES = Setting(
        "*=0.10",
        "What one part costs, by country: `MN=0.02;*=0.08`. A price of one route stands before the others: "
        "`twilio.MN=0.05;MN=0.02;*=0.08`. A country without a price counts as the dearest.",
    )
    SMS_CURRENCY = Setting("USD", "The currency of prices and budgets (ISO 4217).")
    SMS_LIMITS_RECORD_ONLY = Setting(
        False,
        "Count and note what would have been refused per number, address and block, but send it: for finding "
        "figures that fit. Countries and money budgets are kept all the same.",
    )
    OPERATOR_EMAILS = Setting[list[str]](
        [], "Who gets an e-mail when a money budget stops all SMS or a block of numbers is held."
    )


conf = SpendingSettings()


def allowed_countries() -> tuple[str, ...]:
    """The operator's list, upper case: of `SMS_COUNTRIES`, else of `PHONE_COUNTRIES`; () when both are empty."""
    listed: list[str] = conf.SMS_COUNTRIES or _setting_of_another_room("PHONE_COUNTRIES") or []
    return tuple(country.upper() for country in listed)


def _setting_of_another_room(name: str) -> list[str] | None:
    """Who may sign up is the people room's setting; this room may not import it, but the declarations are
    everybody's.
    """
    for setting in DECLARED:
        if setting.name == name:
            value: list[str] = setting.__get__(conf, SpendingSettings)
            return value
    return None
