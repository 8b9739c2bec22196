"""A text with one letter changed: into another one, whatever it was."""


def with_another_letter(text: str, position: int) -> str:
    """The same but for the letter at `position` (from the end when negative), which is certain to be different.

    The last letter of base64url may hold unused bits: choose one before it, or be ready to be understood all the same.
    """
    position %= len(text)
    return f"{text[:position]}{'B' if text[position] == 'A' else 'A'}{text[position + 1 :]}"
