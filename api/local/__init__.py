"""Private PostgreSQL + PostGIS and Redis for a newcomer and for the tests: `python -m api.local up|down|status`."""
