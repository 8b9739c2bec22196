#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from auth_server_django.development import prepare_checkout

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auth_server_django.settings")
    try:
        if sys.argv[1:2] == ["bootstrap"]:
            # The settings cannot be read before the secrets of a fresh checkout exist.
            prepare_checkout(Path(__file__).resolve().parent)
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")
