"""Owns signing up and in by e-mail: verification, password forgot, reset and change.

Empty for now: the room is kept so that the floors are complete. It plugs in through `LOGIN_STEPS`.
"""
