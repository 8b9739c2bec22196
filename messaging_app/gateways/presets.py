"""What is known, or guessed, of vendors' HTTP interfaces, in the words of the generic gateway's options.

Neither contract of the two Mongolian ones is public. Both presets were put together from what others' programs
send; every option can be set otherwise by the environment (`docs/sms.md`).
"""

from collections.abc import Mapping

Preset = Mapping[str, str]

HTTP: Preset = {
    "METHOD": "POST",
    "BODY": "form",
    "TO_FIELD": "to",
    "TEXT_FIELD": "text",
    "NUMBER_FORMAT": "e164",
    "SUCCESS_STATUS": "200,201,202",
    "REFUSED_STATUS": "400,422",
    "RECEIPT_ID": "id",
    "RECEIPT_STATUS": "status",
    "RECEIPT_SENT": "sent,accepted,queued",
    "RECEIPT_DELIVERED": "delivered,DELIVRD",
    "RECEIPT_FAILED": "failed,undelivered,undeliverable,rejected,expired,UNDELIV,REJECTD,EXPIRED",
}

MONI: Preset = {
    **HTTP,
    "URL": "https://callpro.moni.mn/api/method/monify_sms.message.send_msg",
    "BODY": "json",
    "TO_FIELD": "utas_dugaar",
    "NUMBER_FORMAT": "national",
    "PARAMS": "type=otp;doctype=Daily",
    "SUCCESS_STATUS": "200",
    "REFUSED_STATUS": "",
}

MESSAGEPRO: Preset = {
    **HTTP,
    "URL": "https://api.messagepro.mn/send",
    "METHOD": "GET",
    "BODY": "query",
    "NUMBER_FORMAT": "national",
    "SENDER_FIELD": "from",
    "KEY_HEADER": "x-api-key",
    "SUCCESS_STATUS": "200",
    "SUCCESS_PATH": "0.Result",
    "SUCCESS_MATCH": "SUCCESS",
    "ID_PATH": "0.Message ID",
    "REFUSED_STATUS": "",
    "REQUIRED": "SENDER,KEY",
}

PRESETS: Mapping[str, Preset] = {"http": HTTP, "moni": MONI, "messagepro": MESSAGEPRO}
