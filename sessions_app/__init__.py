"""Owns what has been proven, and where: `SsoSession` (`sid`, amr, acr, auth_time, device) and its beginning and end.

The login pipeline that every step ends in, whether a session is alive, and the devices it lives on.
Never asks for a proof itself and never issues a token.
"""
