"""Routes of one day: `base` says what is asked and answered, `refusals` which problems are refused, and why."""
