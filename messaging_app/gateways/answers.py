"""Finding things in what a gateway answers: a value by its path in JSON, or by a regular expression."""

import json
import re


def value_at(text: str, path: str) -> str | None:
    """The value at `0.Message ID` (list positions and names, split at dots) as text; None when it is not
    there or the text is no JSON.
    """
    try:
        found = json.loads(text)
    except ValueError:
        return None
    for step in path.split("."):
        if isinstance(found, list) and step.isdecimal() and int(step) < len(found):
            found = found[int(step)]
        elif isinstance(found, dict) and step in found:
            found = found[step]
        else:
            return None
    if found is None or isinstance(found, dict | list):
        return None
    return json.dumps(found) if isinstance(found, bool) else str(found)


def first_group(text: str, pattern: str) -> str | None:
    """What the expression's first group (or the whole of it) matched; None when it matched nothing."""
    match = re.search(pattern, text)
    if match is None:
        return None
    return match.group(1) if match.re.groups else match.group(0)
