"""Owns the post office: the outbox, SMS gateways and routes, e-mail, receipts and cost.

Never decides what to say, to whom or when.
"""
