"""What may be shown of a recipient: enough to recognise it, too little to write to it."""

import phonenumbers

DOT = "•"


def mask_phone(phone: str) -> str:
    """Country code and last two digits: `+353 ••••••• 67`."""
    try:
        country = f"+{phonenumbers.parse(phone).country_code}"
    except phonenumbers.NumberParseException:
        return DOT * 3
    hidden = max(len(phone) - len(country) - 2, 1)
    return f"{country} {DOT * hidden} {phone[-2:]}"


def mask_address(address: str) -> str:
    """A number in E.164 or an e-mail address, whichever it is."""
    return mask_email(address) if "@" in address else mask_phone(address)


def mask_email(address: str) -> str:
    """First letter and domain: `b•••@example.com`."""
    name, separator, domain = address.rpartition("@")
    if not separator or not name:
        return DOT * 3
    return f"{name[0]}{DOT * 3}@{domain}"
