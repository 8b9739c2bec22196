"""How many SMS a text is billed as (3GPP TS 23.038 alphabets, TS 23.040 concatenation).

Latin text of the GSM alphabet fits 160 characters in one part and 153 in each of several; anything else,
Cyrillic and Persian among it, 70 and 67.
"""

GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENDED = frozenset("\f^{}\\[~]|€")
GSM_SINGLE, GSM_JOINED = 160, 153
UCS2_SINGLE, UCS2_JOINED = 70, 67
LAST_OF_THE_BASIC_PLANE = 0xFFFF


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM 7-bit default alphabet or its extension table."""
    return all(character in GSM_BASIC or character in GSM_EXTENDED for character in text)


def count_parts(text: str) -> int:
    """Number of parts; 1 for an empty text, which is still a message."""
    if is_gsm(text):
        return _pack([2 if character in GSM_EXTENDED else 1 for character in text], GSM_SINGLE, GSM_JOINED)
    widths = [2 if ord(character) > LAST_OF_THE_BASIC_PLANE else 1 for character in text]
    return _pack(widths, UCS2_SINGLE, UCS2_JOINED)


def _pack(widths: list[int], single: int, joined: int) -> int:
    """An escape sequence or a surrogate pair is never cut in two, so a part may end one unit early."""
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > joined:
            parts, used = parts + 1, 0
        used += width
    return parts
