"""Reading the record, and checking that nobody has touched it."""

from __future__ import annotations

from .reading import AnchorRow, LineRow, RowChange, anchors, exported, lines, row_history
from .verification import Copy, Finding, Verdict, copies, verify

__all__ = ["AnchorRow", "Copy", "Finding", "LineRow", "RowChange", "Verdict", "anchors", "copies", "exported", "lines",
           "row_history", "verify"]
