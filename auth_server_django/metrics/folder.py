"""The folder in which the processes of one server put their figures (`PROMETHEUS_MULTIPROC_DIR`)."""

import os
import re
import shutil
import tempfile
from pathlib import Path

from prometheus_client import multiprocess

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PREFIX = "auth-metrics-"
LIVE_FILE = re.compile(r"gauge_live\w*_(\d+)\.db")


def make_folder() -> str:
    """An empty folder for the server that this process becomes; those of servers that are gone are removed."""
    temporary = Path(tempfile.gettempdir())
    for old in temporary.glob(f"{PREFIX}*"):
        pid = old.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and old.stat().st_uid == os.getuid() and not _is_running(int(pid)):
            shutil.rmtree(old, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")


def forget_dead_processes(folder: str) -> None:
    """A process that died leaves its counts, which stay true, and its states, which do not."""
    for file in Path(folder).glob("gauge_live*.db"):
        found = LIVE_FILE.fullmatch(file.name)
        if found is not None and not _is_running(int(found[1])):
            multiprocess.mark_process_dead(int(found[1]), folder)  # type: ignore[no-untyped-call]


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
