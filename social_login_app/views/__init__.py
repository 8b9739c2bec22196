"""The pages: leaving for a provider and coming back, and what is connected in my account."""
