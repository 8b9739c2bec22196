"""Forgetting a person whose account is deleted, in every room.

Rows that hang on the person by a foreign key go with them. A room that keeps something else about people says how it
goes in its module `forget`, which is called in the transaction of the deletion, before the person's row goes:

    # otp_app/forget.py
    def forget(leaving: Leaving) -> None:
        OtpChallenge.objects.filter(address__in=leaving.addresses).delete()
"""

from dataclasses import dataclass

from core_app.contributions import modules


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """Who goes: `user_id`, and the numbers (E.164) and e-mail addresses (normal form) that were theirs."""

    user_id: int
    addresses: tuple[str, ...]


def forget_everywhere(leaving: Leaving) -> None:
    """Ask every installed room. What one of them raises stops the deletion."""
    for module in modules("forget"):
        module.forget(leaving)
