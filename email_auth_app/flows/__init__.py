"""Owns what happens on the ways of this room, for pages and the JSON API alike."""
