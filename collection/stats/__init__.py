"""What managers see: the five tonnages and the money, side by side and never added together.

Reads every room, is read by none but the door. Deltas (`Declared`, `Fact`, `Paid`) are rolled up by month to a watermark
of transactions (`pg_snapshot_xmin`); an answer is the roll-up plus the tail not yet rolled, so it is exact and current.
"""
