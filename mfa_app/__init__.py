"""Owns second factors: TOTP, passkeys, e-mail and SMS codes, backup codes.

Empty for now: the room is kept so that the floors are complete. It plugs in through `LOGIN_STEPS`.
"""
