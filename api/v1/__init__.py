"""Version 1: an area for each kind of actor or thing. Parse, one call, render."""
