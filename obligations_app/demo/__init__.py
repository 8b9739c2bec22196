"""Demonstration data: a month of a server that never was, for looking at the operators' pages.

Nobody in it exists: names are made up, e-mail addresses end in `.example` (RFC 2606), and phone numbers come from
ranges that regulators keep for fiction (Ofcom +44 7700 900xxx, Arcep +33 6 39 98 xx xx).
"""
