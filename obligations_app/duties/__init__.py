"""Owns the duty to tell: which event is told to whom, how, in whose words and how often; and what operators changed."""
