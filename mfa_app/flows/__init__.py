"""Owns the use cases of this room. Pages and the JSON API call the same functions; none knows HTML."""
