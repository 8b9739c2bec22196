"""Owns the pages of this room: they read forms, call the flows and say where to go next."""
