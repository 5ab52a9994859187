"""The words behind the codes: categories, waste codes, states and reasons, in three languages."""
