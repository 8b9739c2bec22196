"""What starts many processes one after another: minutes on a busy machine, so only LONG_FAULTS=1 runs it."""

import os

import pytest

LONG = pytest.mark.skipif(not os.environ.get("LONG_FAULTS"), reason="takes minutes; LONG_FAULTS=1 runs it")
