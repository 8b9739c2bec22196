"""Owns measuring this server: beside node-oidc-provider, as it grows, and where its time goes. See README.md.

It never decides anything: no test asserts a time, and nothing here is imported by the server.
"""
