"""The house: the programme itself, in rooms.

A request falls from the highest room it touches to the ground. A room may use any room below it and
none above; `pyproject.toml` ([tool.importlinter]) lists them from the ridge down.
"""
