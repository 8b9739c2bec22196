"""Makes the secret files of a deployment, once: what is there stays as it is.

python -m scripts.make_secrets FOLDER DATABASE_FOLDER

FOLDER gets what only the server may read (mode 600), DATABASE_FOLDER the password that the database server reads as
another user. Settings take each by its file: `SECRET_KEY_FILE=FOLDER/secret_key`.
"""

import secrets
import sys
from pathlib import Path

from auth_server_django.development import write_private_file, write_signing_key
from core_app.keyring import new_master_key

READABLE_BY_ALL = 0o644


def main(folder: Path, database_folder: Path) -> None:
    """Write each file that is missing."""
    password_file = database_folder / "password"
    _write(password_file, secrets.token_urlsafe(32))
    # Another user's process reads it; the folder is given to that one and to nobody else.
    password_file.chmod(READABLE_BY_ALL)
    password = password_file.read_text().strip()
    _write(folder / "database_url", f"postgres://auth:{password}@database:5432/auth")
    _write(folder / "secret_key", secrets.token_urlsafe(64))
    _write(folder / "master_keys", new_master_key())
    for name in ("demo_api_secret", "client_app_secret"):
        _write(folder / name, secrets.token_urlsafe(32))
    write_signing_key(folder / "private.pem")


def _write(path: Path, text: str) -> None:
    if not path.exists():
        write_private_file(path, f"{text}\n")
        print(f"made {path}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
