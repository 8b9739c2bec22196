"""What the server writes into its log: one line of JSON (or of text) per message, with every secret taken out."""
