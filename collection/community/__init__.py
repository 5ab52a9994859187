"""Collection points and competitions, as run for schools and summer campaigns. It has no tables yet."""
