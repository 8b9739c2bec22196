"""Runs what docker-compose.yml runs, without containers: each service's very command with its very environment.

python -m scripts.compose_by_hand     with DATABASE_URL, REDIS_URL and perhaps CELERY_BROKER_URL

The files are those that the image would hold, in a folder of their own; for the containers of other makers (database,
Redis, mail catcher) stand in the servers that the addresses name. Ctrl+C stops it.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import yaml

from scripts.databases import fresh_database

ROOT = Path(__file__).resolve().parent.parent
URL = "http://localhost:8000"
START_SECONDS = 60
ONCE = ("secrets", "prepare")
LASTING = ("server", "worker", "beat", "client-app", "notes-api", "page-app")
NOT_IN_IMAGE = ("tests", "bench", "docs", ".git", ".ci", "keys/", ".env")


class ComposeFailed(Exception):
    """A service did not start or ended by itself; the message ends with what it printed."""


class ByHand:
    """The services of one run. `folder` holds the application, the secrets and what each service prints."""

    def __init__(self, folder: Path, stand_ins: Mapping[str, str]) -> None:
        self.folder = folder
        self.app = folder / "app"
        self._stand_ins = {
            "/run/made-for-database": f"{folder}/made-for-database",
            "/run/made": f"{folder}/made",
            **stand_ins,
        }
        self._services: Mapping[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
            "services"
        ]

    def copy_image(self) -> None:
        """Put there what `COPY . .` would, and run the image's own build step."""
        listed = subprocess.check_output(
            [str(shutil.which("git")), "ls-files", "-z"], cwd=ROOT, text=True
        ).split("\0")
        for name in filter(None, listed):
            if name.startswith(NOT_IN_IMAGE) or not (ROOT / name).exists():
                continue
            target = self.app / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        build = _build_step((ROOT / "Dockerfile").read_text())
        self._finish("build", ["sh", "-c", build.replace("/opt/venv/bin/", "")], {})

    def run_once(self, name: str) -> None:
        """Run a service that ends by itself. Raises ComposeFailed when it fails."""
        self._finish(name, self._command(name), self._environment(name))

    @contextmanager
    def running(self, name: str) -> Iterator["subprocess.Popen[bytes]"]:
        """A lasting service, for as long as the block lasts."""
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                self._command(name),
                cwd=self.app,
                env=self._environment(name),
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            yield process
        finally:
            _stop(process)

    def printed(self, name: str) -> str:
        """What the service has printed so far."""
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def _finish(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        done = subprocess.run(
            command,
            cwd=self.app,
            env={**_basics(), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        (self.folder / f"{name}.log").write_text(done.stdout + done.stderr)
        if done.returncode:
            raise ComposeFailed(f"{name} ended with {done.returncode}:\n{self.printed(name)[-3000:]}")

    def _command(self, name: str) -> list[str]:
        image_default = ["python", "manage.py", "serve"]
        return [self._here(word) for word in self._services[name].get("command", image_default)]

    def _environment(self, name: str) -> dict[str, str]:
        """Nothing of the caller's: what the service does not set, a container would not have either."""
        declared: Mapping[str, str] = self._services[name].get("environment", {})
        return {**_basics(), **{key: self._here(value) for key, value in declared.items()}}

    def _here(self, text: str) -> str:
        for there, here in self._stand_ins.items():
            text = text.replace(there, here)
        return text


@contextmanager
def composed(*, database_url: str, redis_url: str, broker_url: str = "") -> Iterator[ByHand]:
    """Everything of docker-compose.yml, running. Raises ComposeFailed when a part of it does not start."""
    server, _, _ = redis_url.rpartition("/")
    stand_ins = {
        "redis://redis:6379/0": redis_url,
        "redis://redis:6379/1": broker_url or f"{server}/1",
        "smtp://mail:1025": "consolemail://",
    }
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compose-")))
        database = stack.enter_context(fresh_database(database_url, folder))
        hand = ByHand(folder, stand_ins)
        hand.copy_image()
        hand.run_once("secrets")
        (folder / "made" / "database_url").write_text(database)
        hand.run_once("prepare")
        processes = {name: stack.enter_context(hand.running(name)) for name in LASTING}
        for name, url in (("server", f"{URL}/health/live"), ("client-app", "http://localhost:9100/"),
                          ("notes-api", "http://localhost:9000/"), ("page-app", "http://localhost:9200/")):  # fmt: skip
            _wait_for(hand, name, processes[name], url)
        yield hand


def _build_step(dockerfile: str) -> str:
    """The command that collects the static files, as one line of shell."""
    joined = dockerfile.replace("\\\n", " ")
    return next(line for line in joined.splitlines() if "collectstatic" in line).removeprefix("RUN ")


def _basics() -> dict[str, str]:
    own = Path(sys.executable).parent
    return {"PATH": f"{own}:{os.environ['PATH']}", "HOME": os.environ.get("HOME", "/"), "HOST": "127.0.0.1"}


def _wait_for(hand: ByHand, name: str, process: "subprocess.Popen[bytes]", url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ComposeFailed(f"{name} ended with {process.returncode}:\n{hand.printed(name)[-3000:]}")
        with suppress(httpx.TransportError):
            httpx.get(url, timeout=2, trust_env=False)
            return
        time.sleep(0.1)
    raise ComposeFailed(f"{name} did not answer at {url}:\n{hand.printed(name)[-3000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, ending)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return


def main() -> int:
    """Run until Ctrl+C."""
    with composed(
        database_url=os.environ["DATABASE_URL"],
        redis_url=os.environ["REDIS_URL"],
        broker_url=os.environ.get("CELERY_BROKER_URL", ""),
    ):
        print(f"Server {URL}, example app http://localhost:9100, page app http://localhost:9200")
        with suppress(KeyboardInterrupt):
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
