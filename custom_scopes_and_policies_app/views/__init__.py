"""Thin views: they read a request, ask the desk's modules, and render or redirect."""
