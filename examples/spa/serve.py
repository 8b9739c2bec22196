"""Serves the page app's files as a web server would: static, with a Content-Security-Policy.

python examples/spa/serve.py
"""

import os
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ISSUER = os.environ.get("ISSUER_URL", "http://localhost:8000")
# Tokens are within this page's reach, so nothing but its own files runs in it and it talks to the issuer only.
POLICY = f"default-src 'self'; connect-src 'self' {ISSUER}; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"


class Files(SimpleHTTPRequestHandler):
    """Static files with the headers that matter."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: object) -> None:
        """Folders are nobody's business."""
        self.send_error(404)


def main() -> None:
    """Serve on this machine until stopped."""
    address = (os.environ.get("SPA_HOST", "127.0.0.1"), int(os.environ.get("SPA_PORT", "9200")))
    handler = partial(Files, directory=str(Path(__file__).resolve().parent))
    with ThreadingHTTPServer(address, handler) as server:
        print(f"Page app on http://localhost:{address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
