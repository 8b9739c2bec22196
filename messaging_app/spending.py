"""May this SMS be paid for? Asked and counted before it is queued, in the caller's transaction.

Counters live in the database (`limits_app.budgets`): losing the cache reopens nothing. Whether somebody has an
account plays no part here, so known and unknown numbers cost the same work.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from django.utils.translation import gettext_lazy as _

from core_app.errors import TooManyAttempts
from limits_app.blocks import is_blocked
from limits_app.budgets import Exceeded, Limit, row_key, spend, spend_distinct
from limits_app.models import Block, Spending
from limits_app.network import ip_bucket
from limits_app.window import wait_for
from messaging_app.afterwards import after_refusal
from messaging_app.alarms import hold_numbers, tell_budget_exhausted
from messaging_app.numbers import block_of
from messaging_app.spending_conf import conf

TEN_MINUTES, HOUR, DAY = 600, 3600, 86_400
# Counters are whole numbers: money is counted in millionths.
UNITS = Decimal(1_000_000)
BUDGET_DAY, BUDGET_HOUR = "sms.budget.day", "sms.budget.hour"
BUDGETS = {BUDGET_DAY: DAY, BUDGET_HOUR: HOUR}
BUDGET_NOTICES = "sms.budget.notices"
EVERYBODY = "all"
NUMBER_BLOCK = "sms.number_block"


class SendingRefused(TooManyAttempts):
    """This SMS is one too many. `limit_name` is for the log and for operators."""

    code = "sending_refused"

    def __init__(self, limit_name: str, retry_after: int) -> None:
        super().__init__(
            _("No more SMS can be sent right now. Wait a while, then try again."),
            retry_after=retry_after,
            detail=limit_name,
        )
        self.limit_name = limit_name


@dataclass(frozen=True, slots=True)
class Expense:
    """One SMS to be: to an E.164 number, asked for from an address ("" when nobody asked), at most so much money.

    A notice has limits of its own: people's codes are not used up by it, nor all the money by notices. A silent one is
    never sent: it is refused as any other and spends no money.
    """

    phone: str
    country: str
    ip: str
    cost: Decimal
    is_notice: bool = False
    is_silent: bool = False


def look_first(expense: Expense) -> None:
    """Refuse what can be refused by reading alone: a flood that comes after the budget is used up locks nothing.

    Raises SendingRefused.
    """
    _refuse_blocked(expense, ip_bucket(expense.ip))
    amount, now_ms = _units(expense.cost), time.time_ns() // 1_000_000
    keys = [row_key(name, EVERYBODY, seconds) for name, seconds in _budgets_of(expense).items()]
    for row in Spending.objects.filter(pk__in=keys) if amount else ():
        limit, seconds = _units(_money()[row.name]), row.per_seconds
        wait = wait_for(row.entries, amount=amount, limit=limit, now_ms=now_ms, per_seconds=seconds)
        if wait:
            _tell(row.name)
            raise SendingRefused(row.name, wait)


def pay_for(expense: Expense) -> tuple[str, ...]:
    """Count it against every limit, in the caller's transaction: all or nothing. Raises SendingRefused.

    Returns the limits that it passed only because `SMS_LIMITS_RECORD_ONLY` is on.
    """
    is_enforced = not conf.SMS_LIMITS_RECORD_ONLY
    with _refusals():
        counted = _count_notice if expense.is_notice else _count_code
        # The budgets come last: their rows are everybody's, and stay locked until the transaction ends.
        return (*counted(expense, is_enforced=is_enforced), *_spend_budgets(expense))


def _count_notice(expense: Expense, *, is_enforced: bool) -> tuple[str, ...]:
    limit = Limit("sms.notice.phone", expense.phone, conf.SMS_NOTICES_PER_PHONE_DAY, DAY)
    return spend([limit], is_enforced=is_enforced)


def _count_code(expense: Expense, *, is_enforced: bool) -> tuple[str, ...]:
    ip = ip_bucket(expense.ip)
    return (
        *spend([*_per_phone(expense.phone), *_per_address(ip)], is_enforced=is_enforced),
        *_distinct_phones(ip, expense.phone, is_enforced=is_enforced),
        *_numbers_of_block(expense.phone, is_enforced=is_enforced),
    )


def _refuse_blocked(expense: Expense, ip: str) -> None:
    """What an operator, or the rule of the block of numbers, has stopped."""
    keys = [
        (Block.Kind.PHONE, expense.phone),
        (Block.Kind.NUMBER_BLOCK, block_of(expense.phone)),
        (Block.Kind.COUNTRY, expense.country),
        (Block.Kind.IP, ip),
    ]
    for kind, key in keys:
        if key and is_blocked(kind, key):
            raise SendingRefused(f"blocked {kind}", HOUR)


def _per_phone(phone: str) -> Sequence[Limit]:
    return (
        Limit("sms.phone", phone, conf.SMS_PER_PHONE_10_MINUTES, TEN_MINUTES),
        Limit("sms.phone", phone, conf.SMS_PER_PHONE_HOUR, HOUR),
        Limit("sms.phone", phone, conf.SMS_PER_PHONE_DAY, DAY),
    )


def _per_address(ip: str) -> Sequence[Limit]:
    if not ip:
        return ()
    return Limit("sms.ip", ip, conf.SMS_PER_IP_HOUR, HOUR), Limit("sms.ip", ip, conf.SMS_PER_IP_DAY, DAY)


def _distinct_phones(ip: str, phone: str, *, is_enforced: bool) -> Iterator[str]:
    name = "sms.phones_of_ip"
    figures = {HOUR: conf.SMS_PHONES_PER_IP_HOUR, DAY: conf.SMS_PHONES_PER_IP_DAY} if ip else {}
    for seconds, figure in figures.items():
        if not spend_distinct(name, ip, phone, figure, seconds, is_enforced=is_enforced):
            yield name


def _numbers_of_block(phone: str, *, is_enforced: bool) -> Iterator[str]:
    """One number too many of a block holds the whole block, for longer than the window that counts it."""
    key, figure, seconds = block_of(phone), conf.SMS_NUMBERS_PER_BLOCK, conf.SMS_BLOCK_WINDOW_SECONDS
    try:
        if not spend_distinct(NUMBER_BLOCK, key, phone, figure, seconds, is_enforced=is_enforced):
            yield NUMBER_BLOCK
    except Exceeded as refusal:
        after_refusal(partial(hold_numbers, number_block=key))
        raise SendingRefused(NUMBER_BLOCK, conf.SMS_BLOCK_HOLD_SECONDS) from refusal


def _spend_budgets(expense: Expense) -> tuple[str, ...]:
    """Always a hard stop, in record-only mode too. What is silent does the same work for nothing (G11)."""
    cost, money = _units(expense.cost), _money()
    if cost == 0:
        return ()
    amount = 0 if expense.is_silent else cost
    limits = [
        Limit(name, EVERYBODY, _units(money[name]), seconds, amount)
        for name, seconds in _budgets_of(expense).items()
    ]
    try:
        return spend(limits)
    except Exceeded as refusal:
        _tell(refusal.limit_name)
        raise


def _budgets_of(expense: Expense) -> dict[str, int]:
    return {**BUDGETS, BUDGET_NOTICES: DAY} if expense.is_notice else BUDGETS


def _tell(budget: str) -> None:
    """Operators hear that all SMS stopped; that notices did is in the outbox."""
    if budget not in BUDGETS:
        return
    after_refusal(partial(tell_budget_exhausted, limit_name=budget, window_seconds=BUDGETS[budget]))


def _money() -> dict[str, Decimal]:
    return {
        BUDGET_DAY: conf.SMS_BUDGET_DAY,
        BUDGET_HOUR: conf.SMS_BUDGET_HOUR,
        BUDGET_NOTICES: conf.SMS_BUDGET_NOTICES_DAY,
    }


def _units(money: Decimal) -> int:
    return int(money * UNITS)


@contextmanager
def _refusals() -> Iterator[None]:
    """A full limit as the error that people and apps get."""
    try:
        yield
    except Exceeded as refusal:
        raise SendingRefused(refusal.limit_name, refusal.retry_after or 1) from refusal
