"""The table of what is missing and what is offered: from facts to the next proof."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mfa_app.kinds import Kind, best_proof
from mfa_app.policy import Possible, is_missing, offered
from sessions_app.assurance import AAL2, acr_of, satisfies

P, T, S, E, B, W = Kind.PASSKEY, Kind.TOTP, Kind.SMS, Kind.EMAIL, Kind.BACKUP_CODE, Kind.PASSWORD


def possible(
    enrolled: set[Kind], *, reserve: set[Kind] | None = None, codes: bool = False, password: bool = True
) -> Possible:
    return Possible(
        enrolled=frozenset(enrolled),
        reserve=frozenset(reserve or ()),
        has_backup_codes=codes,
        has_password=password,
    )


TABLE = [
    # nobody insists, nothing chosen
    ("a password is enough for whoever wants no more", possible(set(), reserve={S}), "pwd", "", None),
    ("so is a code", possible(set(), reserve={S}), "sms", "", None),
    # something chosen
    ("an app is asked for after the password", possible({T}), "pwd", "", [T]),
    ("and after a code to the number", possible({T}, reserve={S}), "sms", "", [T]),
    ("and after both of these", possible({T}, reserve={S}), "pwd sms", "", [T]),
    ("and after another service's word", possible({T}), "fed", "", [T]),
    ("the strongest comes first, backup codes last", possible({T, S, P}, codes=True), "pwd", "", [P, T, S, B]),
    ("backup codes alone protect nothing", possible(set(), codes=True), "pwd", "", None),
    ("what is not chosen is not offered", possible({T}, reserve={S, E}), "pwd", "", [T]),
    ("the app's code is enough", possible({T}), "pwd otp", "", None),
    ("a key that verified its user is enough by itself", possible({T, P}), "hwk user", "", None),
    ("a key that did not is not", possible({P}), "hwk", "", [W]),
    ("a code that was the way in is not asked for again", possible({S, T}), "sms", "", [T, W]),
    ("but it is no second factor then", possible({S}), "sms", "", [W]),
    ("whoever has nothing else is not kept out", possible({S}, password=False), "sms", "", None),
    # two factors are insisted on
    ("a code to the proven number stands in", possible(set(), reserve={S, E}), "pwd", AAL2, [S, E]),
    ("the password, after a code", possible(set(), reserve={S}), "sms", AAL2, [W]),
    ("an app after a code is no second kind", possible({T}, reserve={S}), "sms otp", AAL2, [W]),
    ("a passkey is", possible({T, P}, password=False), "sms otp", AAL2, [P]),
    ("two kinds are enough", possible({T}), "pwd otp", AAL2, None),
    ("of two kinds that are needed either comes first", possible(set(), reserve={S}), "", AAL2, [S, W]),
    ("a key that is both stands beside them", possible({P}), "hwk", AAL2, [W]),
    ("whoever has nothing is offered nothing", possible(set()), "pwd", AAL2, []),
    ("a level that nobody knows is never reached", possible({T}), "pwd otp", "aal9", []),
]  # fmt: skip


@pytest.mark.requirement("F26", "H08", "D08")
@pytest.mark.parametrize(
    ("has", "proven", "required", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_the_table(has: Possible, proven: str, required: str, expected: list[Kind] | None) -> None:
    methods = proven.split()
    assert is_missing(has, methods, required) is (expected is not None)
    if expected is not None:
        assert offered(has, methods, required) == expected


KINDS = st.frozensets(st.sampled_from([P, T, S, E]))
POSSIBLE = st.builds(
    Possible, enrolled=KINDS, reserve=KINDS, has_backup_codes=st.booleans(), has_password=st.booleans()
)


@pytest.mark.requirement("H06", "H08")
@given(
    has=POSSIBLE, first=st.sampled_from(["pwd", "sms", "email", "fed"]), required=st.sampled_from(["", AAL2])
)
def test_whatever_is_chosen_each_proof_leads_on_and_the_end_is_what_was_wanted(
    has: Possible, first: str, required: str
) -> None:
    proven = {first}
    for _ in range(5):
        if not is_missing(has, proven, required):
            break
        choices = offered(has, proven, required)
        if not choices:
            assert required
            return
        proven |= best_proof(choices[-1])
    assert not is_missing(has, proven, required)
    assert satisfies(acr_of(proven), required)
    if has.enrolled and len(proven) > 1:
        assert proven - {first} or "user" in proven
