"""A worker that kills itself at a named point of its work, as if the machine had lost its power there.

python -m tests.faults.dying_worker before messaging_app.delivery.mark_sent
"""

import os
import signal
import sys
from importlib import import_module
from typing import Any

import django


def die_at(when: str, path: str) -> None:
    """From now on the process ends `before` or `after` the function of this dotted path does its work."""
    module_name, _dot, name = path.rpartition(".")
    module = import_module(module_name)
    work = getattr(module, name)

    def last_act(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            work(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(module, name, last_act)


if __name__ == "__main__":
    django.setup()
    die_at(*sys.argv[1:])
    import_module("messaging_app.delivery").relay()
