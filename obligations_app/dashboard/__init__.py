"""The operators' dashboard: what the server did in a range of time, painted from the hourly figures."""
