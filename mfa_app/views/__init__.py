"""Pages: they read the request, call a flow and choose what to show."""
