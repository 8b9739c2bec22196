"""The development inbox: what this server would have sent by SMS and e-mail."""

import re
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core_app.errors import NotFound
from demo_app.access import demonstration_only
from messaging_app.models import OutboundMessage
from messaging_app.selectors import Letter, recent_messages

LIMIT = 50
# The line that browsers read (`@host #code`), or else the only group of six to eight digits.
MARKED_CODE = re.compile(r"^@\S+ #(\d{4,8})\s*$", re.MULTILINE)
LONE_CODE = re.compile(r"(?<![\d+])\d{6,8}(?!\d)")
ADDRESS = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A letter and the one-time code in it ("" when there is none)."""

    letter: Letter
    code: str

    @property
    def channel(self) -> str:
        """How it travels, in words."""
        return str(OutboundMessage.Channel(self.letter.channel).label)

    @property
    def status(self) -> str:
        """What became of it, in words."""
        return str(OutboundMessage.Status(self.letter.status).label)


@demonstration_only
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """The newest messages first. `?format=json` is for scripts; `?to=+976…` keeps one recipient's."""
    try:
        letters = recent_messages(LIMIT)
    except NotFound:
        return _answer(request, [], is_kept=False)
    recipient = request.GET.get("to", "")
    chosen = [letter for letter in letters if not recipient or letter.to == recipient]
    return _answer(
        request, [Entry(letter=letter, code=code_in(letter.text)) for letter in chosen], is_kept=True
    )


def code_in(text: str) -> str:
    """The one-time code in a message, or ""."""
    if marked := MARKED_CODE.search(text):
        return marked.group(1)
    found = LONE_CODE.findall(ADDRESS.sub("", text))
    return found[0] if len(found) == 1 else ""


def _answer(request: HttpRequest, entries: list[Entry], *, is_kept: bool) -> HttpResponse:
    if request.GET.get("format") == "json":
        return JsonResponse({"messages": [_as_json(entry) for entry in entries], "kept": is_kept})
    return render(request, "demo/inbox.html", {"entries": entries, "is_kept": is_kept})


def _as_json(entry: Entry) -> dict[str, object]:
    letter = entry.letter
    return {
        "channel": letter.channel,
        "to": letter.to,
        "subject": letter.subject,
        "text": letter.text,
        "code": entry.code,
        "created_at": letter.created_at.isoformat(),
        "status": letter.status,
    }
