"""Owns second factors: authenticator apps (TOTP), passkeys, codes by SMS and e-mail, backup codes.

A step of signing in (`LOGIN_STEPS`), the page for more proof (`STEP_UP_URL`), signing in with a passkey, and the pages
on which people add and remove factors. Never counts as signed in by itself: everything ends in `sessions_app.login`.
"""
