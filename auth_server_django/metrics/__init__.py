"""The server in figures, for Prometheus at /metrics: what is counted while it works, and what is asked at a scrape.

With several processes each writes its figures into a folder that `manage.py serve` makes, and whichever is asked adds
them up. No label names a person, an address or an app.
"""
