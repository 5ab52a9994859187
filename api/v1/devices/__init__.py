"""The phones pushes go to."""
