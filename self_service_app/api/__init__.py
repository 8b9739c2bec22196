"""JSON doors to what the pages of this room do."""
