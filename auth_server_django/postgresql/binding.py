"""A cursor for the statements of the hot endpoints where they cannot be asked directly (`questions.py`)."""

from typing import Any

import psycopg

# psycopg prepares nothing by itself: when it forgets its statements, it forgets everybody's (DEALLOCATE ALL).
NEVER_BY_ITSELF = 2**31 - 1


class BindingCursor(psycopg.Cursor[Any]):
    """Parameters go beside the text, not in it. The text is read each time."""
