"""Owns the record and the duty to tell: `OAuthTokenLog`, notices, export and the operator's view of both.

Nobody imports it: losing it loses reports, never security.
"""
