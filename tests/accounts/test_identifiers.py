"""One normal form per number: what is understood, what is refused, and that no spelling is a second account."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts_app.identifiers import InvalidPhone, mask_phone, normalise_email, normalise_phone, region_of

IRISH = "+353871234567"
NO_BREAK_SPACE, NO_BREAK_HYPHEN, LEFT_TO_RIGHT_MARK = "\u00a0", "\u2011", "\u200e"
ARABIC = "+\u0663\u0665\u0663\u0668\u0667\u0661\u0662\u0663\u0664\u0665\u0666\u0667"
FULL_WIDTH = "\uff0b" + "".join(chr(0xFF10 + int(digit)) for digit in IRISH[1:])

UNDERSTOOD = [
    (IRISH, "MN", IRISH),
    (ARABIC, "MN", IRISH),
    (FULL_WIDTH, "MN", IRISH),
    (f"+353{NO_BREAK_SPACE}87{NO_BREAK_SPACE}1234567", "MN", IRISH),
    (f"+353{NO_BREAK_HYPHEN}87{NO_BREAK_HYPHEN}1234567", "MN", IRISH),
    (f"{IRISH}{LEFT_TO_RIGHT_MARK}", "MN", IRISH),
    ("+353 (0)87 123 4567", "MN", IRISH),
    ("+353087 1234567", "MN", IRISH),
    ("00353 87 1234567", "IE", IRISH),
    ("087 123 4567", "IE", IRISH),
    ("99112233", "MN", "+97699112233"),
    ("09123456789", "IR", "+989123456789"),
    ("+54 11 15 2345-6789", "MN", "+5491123456789"),
    ("+54 9 11 2345-6789", "MN", "+5491123456789"),
    ("+1 (415) 555-2671", "MN", "+14155552671"),
]

REFUSED = [
    "",
    " ",
    "+",
    "12345",
    "+97699112233" * 3,
    f"{IRISH};ext=5",
    f"{IRISH} x5",
    f"{IRISH}x5",
    f"{IRISH} ext. 5",
    f"tel:{IRISH}",
    f"tel:{IRISH};phone-context=evil.example",
    "+1 800 FLOWERS",
    "+1 800 356 9377",
    "+00353871234567",
    "+390612345678",
    "+39612345678",
    "+3531550123456",
    "+881612345678",
    "+88299912345",
    "+87077312345",
    "+979123456789",
    "+999123456789",
    "+976\n99112233",
    "+976\x0099112233",
    "+976\t9911\t2233",
    "\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2\u00b2",
    "<script>99112233</script>",
]


@pytest.mark.requirement("G10")
@pytest.mark.parametrize(("typed", "region", "normal"), UNDERSTOOD)
def test_a_number_is_understood_in_every_spelling(typed: str, region: str, normal: str) -> None:
    assert normalise_phone(typed, default_region=region) == normal


@pytest.mark.requirement("G09")
@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_not_a_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone) as refused:
        normalise_phone(typed)
    assert refused.value.field == "phone"
    assert str(refused.value.message).endswith(".")


SEPARATORS = st.sampled_from(["", "", " ", "-", ".", NO_BREAK_SPACE, NO_BREAK_HYPHEN, LEFT_TO_RIGHT_MARK])
ZEROS = st.sampled_from([ord("0"), 0x0660, 0x06F0, 0x0966, 0xFF10])


@pytest.mark.requirement("G10")
@given(st.data(), st.sampled_from([IRISH, "+97699112233", "+989123456789", "+380671234567"]), ZEROS)
def test_random_decoration_never_makes_another_number(data: st.DataObject, number: str, zero: int) -> None:
    digits = [chr(zero + int(digit)) for digit in number[1:]]
    # At most a dozen, as in the longest spelling that people use.
    gaps = [data.draw(SEPARATORS) if place < 10 else "" for place in range(len(digits))]
    decorated = "+" + "".join(digit + gap for digit, gap in zip(digits, gaps, strict=True))
    assert normalise_phone(decorated) == number


@given(st.text(max_size=40))
def test_no_text_is_worse_than_refused(text: str) -> None:
    try:
        normal = normalise_phone(text)
    except InvalidPhone:
        return
    assert normalise_phone(normal) == normal


@pytest.mark.requirement("G09")
@pytest.mark.parametrize(
    ("countries", "is_allowed"),
    [(["*"], True), (["IE", "MN"], True), (["ie"], True), (["MN"], False), ([], False)],
)
def test_only_listed_countries_are_served_in_production(
    settings: object, countries: list[str], is_allowed: bool
) -> None:
    settings.PHONE_COUNTRIES = countries  # type: ignore[attr-defined]
    settings.DEBUG = False  # type: ignore[attr-defined]
    if is_allowed:
        assert normalise_phone(IRISH) == IRISH
    else:
        with pytest.raises(InvalidPhone):
            normalise_phone(IRISH)


@pytest.mark.requirement("L03")
@pytest.mark.parametrize("number", [IRISH, "+97699112233", "+14155552671"])
def test_a_masked_number_shows_the_country_and_two_digits(number: str) -> None:
    masked = mask_phone(number)
    assert masked.startswith(number[:2])
    assert masked.endswith(number[-2:])
    assert number[5:-2] not in masked
    assert len(masked.replace(" ", "")) == len(number)


def test_what_is_no_number_is_masked_whole() -> None:
    assert mask_phone("secret") == "•••"


def test_the_region_of_a_number_is_its_country() -> None:
    assert (region_of(IRISH), region_of("+97699112233"), region_of("nothing")) == ("IE", "MN", "")


def test_an_address_is_compared_in_one_form() -> None:
    assert normalise_email(" Bat@Example.COM ") == normalise_email("bat@example.com") == "bat@example.com"
