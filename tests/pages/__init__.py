"""Pages and the authorization endpoint: what they cost, and that both entrances answer alike."""
