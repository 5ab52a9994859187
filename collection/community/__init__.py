"""Collection points and competitions, as run for schools and summer campaigns. Its rows come with the pages (see README, Roadmap)."""
