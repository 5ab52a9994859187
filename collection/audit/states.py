"""What can happen to a row."""

from __future__ import annotations

ROW_CHANGES = ("insert", "update", "delete")
