"""Owns how often: atomic database counters, locks (the axes handler), budgets and page throttles.

Knows keys and numbers, never people or tokens.
"""
