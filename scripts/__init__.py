"""Owns the helpers of make: install, check, the demonstration over HTTP and a live server for tests."""
