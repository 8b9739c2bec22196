"""What the pages and the JSON API of this room do, once for both."""
