"""Owns WebAuthn: challenges, adding a key, and checking what a key has signed. py_webauthn does the cryptography."""
