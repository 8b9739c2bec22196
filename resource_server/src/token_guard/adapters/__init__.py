"""Owns how frameworks hand their requests to the guard. Each module needs its framework, the package none."""
