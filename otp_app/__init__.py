"""Owns one-time codes over any channel: purposes, issue, verify, resend.

Never knows what is done with a proof.
"""
