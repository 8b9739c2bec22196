"""The second entrance to the machine endpoints: a WSGI layer in front of Django, in the same process.

It builds the endpoint's `Call` from the raw environ and answers by itself, with the same functions, limits, headers,
access line and figures as Django's entrance, at a fraction of its price. It holds no rules: a request that it is not
quite sure about goes on to Django (`admission.py`). Of the authorization endpoint it answers what is a code at once,
for somebody who is signed in and has consented; every page is Django's. `FAST_LANE=0` takes it away; nobody outside
can tell.
"""
