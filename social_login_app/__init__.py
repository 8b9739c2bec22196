"""Owns sign-in through upstream providers: Google, GitHub and any OpenID Connect issuer.

An identity is issuer and subject, never an address or a name. This is the one room in whose web requests a foreign
host is waited for: a few seconds, bounded. Never keeps a provider's tokens, and never believes an unverified address.
"""
