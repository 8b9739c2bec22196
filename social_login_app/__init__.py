"""Owns sign-in through upstream providers: Google, GitHub and any OpenID Connect issuer.

Empty for now: the room is kept so that the floors are complete. It plugs in through `LOGIN_STEPS`.
"""
