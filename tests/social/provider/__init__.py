"""node-oidc-provider, a certified OpenID Provider, run on loopback: installed once from its lock file, by npm."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts.live_server import free_port

HERE = Path(__file__).parent
FILES = ("package.json", "package-lock.json", "provider.js")
INSTALL_SECONDS = 180


def npm() -> str | None:
    """Where npm is; None on a machine without it (and so without Node.js)."""
    return shutil.which("npm") if shutil.which("node") else None


# In CI its absence is a failure, as that of a browser is.
NEEDS_NODE = pytest.mark.skipif(
    npm() is None and not os.environ.get("CI"), reason="node-oidc-provider needs Node.js and npm"
)


def installed() -> Path:
    """The folder to run it from. Several test processes may come at once: each installs apart, one of them stays."""
    contents = b"".join((HERE / name).read_bytes() for name in FILES)
    place = (
        Path(tempfile.gettempdir())
        / f"upstream-provider-{hashlib.sha256(contents).hexdigest()[:16]}-{os.getuid()}"
    )
    if place.exists():
        return place
    fresh = Path(tempfile.mkdtemp(prefix="upstream-provider-"))
    for name in FILES:
        shutil.copy(HERE / name, fresh)
    command = [str(npm()), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(
        command, cwd=fresh, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    try:
        fresh.rename(place)
    except OSError:  # another process was faster
        shutil.rmtree(fresh)
    return place


@contextmanager
def running(
    *, client: Mapping[str, Any], people: Mapping[str, Any], port: int | None = None
) -> Iterator[str]:
    """The issuer's address, at this port or any."""
    port = port or free_port()
    environment = {
        **os.environ, "PORT": str(port), "CLIENT": json.dumps(client), "PEOPLE": json.dumps(people),
    }  # fmt: skip
    process = subprocess.Popen(
        ["node", "provider.js"], cwd=installed(), env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "ready"
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
