"""Owns filling this server's new database: keys, clients, people, by the commands that operators use, in one process.

python -m bench.seed reads the commands from its standard input: a JSON list of lists of words.
"""

import json
import sys

import django
from django.core.management import call_command


def main(commands: list[list[str]]) -> None:
    """Run management commands one after the other. Raises what they raise."""
    django.setup()
    for name, *words in commands:
        call_command(name, *words)


if __name__ == "__main__":
    main(json.load(sys.stdin))
