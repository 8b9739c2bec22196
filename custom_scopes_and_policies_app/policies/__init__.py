"""Owns why somebody may or may not have tokens: facts in, the first rule that refuses out. Reads no request."""
