"""Owns the gallery: a walk through every page of a live server, and what is done at each stop.

`python -m scripts.gallery` takes pictures; `tests/browser/test_gallery.py` lets axe look at the same pages.
"""
