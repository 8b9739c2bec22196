"""Owns the demonstration: `python -m scripts.demo` walks from sign-up to log-out against a server of its own.

Everything is done from outside, with a cookie jar and an HTTP client, as a browser and an app would do it.
Each step prints requests and answers in short form; the first wrong one ends the walk with status 1.
"""

import sys
import time

import httpx
import jwt

from scripts.journey import STEPS, Journey
from scripts.live_server import ServerFailed, live_server
from scripts.walk import StepFailed


def main() -> int:
    """Run the walk; 0 when every step was right."""
    started = time.monotonic()
    try:
        with live_server() as server:
            print(f"A server of its own at {server.url}, with an empty database and new keys.")
            _walk(Journey(server))
    except ServerFailed as error:
        sys.stderr.write(f"\nThe server did not start. {error}\n")
        return 1
    except StepFailed as error:
        sys.stderr.write(f"\nWRONG: {error}\n")
        return 1
    except (httpx.HTTPError, jwt.PyJWTError, LookupError, ValueError) as error:
        sys.stderr.write(f"\nWRONG: the answer cannot be used ({type(error).__name__}: {error})\n")
        return 1
    print(f"\nAll {len(STEPS)} steps were right, in {time.monotonic() - started:.1f} s.")
    return 0


def _walk(journey: Journey) -> None:
    for number, step in enumerate(STEPS, 1):
        print(f"\n{number}. {(step.__doc__ or '').splitlines()[0].rstrip('.')}")
        step(journey)


if __name__ == "__main__":
    sys.exit(main())
