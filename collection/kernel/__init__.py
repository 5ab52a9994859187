"""The ground every room stands on: who acts, what time it is, what a gram and a tiyn are, how a verb refuses.

Pure Python, but for `db`, `bulk`, `clock.frozen` and `nudge`, which speak to PostgreSQL, and the first
migration, which makes the two database roles and the house clock.
"""
