"""The OpenAPI document: what the rooms say of their operations, made complete, and the pages made from it."""
