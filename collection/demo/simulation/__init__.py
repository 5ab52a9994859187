"""Dispatch tried out: made-up demand at real places, people who answer by chance, and the house's own verbs between them."""
