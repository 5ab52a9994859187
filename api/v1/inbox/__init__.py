"""What somebody was told: the record behind the pushes."""
