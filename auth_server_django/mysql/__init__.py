"""Django's MySQL backend on tables that tell upper from lower case: only its `i…` lookups do not."""
