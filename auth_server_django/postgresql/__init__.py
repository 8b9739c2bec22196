"""Django's PostgreSQL with a limit on every wait: a server that hangs costs a request so long, and no longer (R07)."""
