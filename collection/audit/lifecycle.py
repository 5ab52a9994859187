"""Lifecycles kept by the database: a trigger refuses a step the table does not allow and writes down each one taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.migrations import RunSQL


def guard(table: str, object_type: str, steps: Mapping[str, Sequence[str]]) -> RunSQL:
    """A migration operation: `table.state` may only change as `steps` says, whoever writes, and leaves a StateChange.

    Called from a room's migration with the lifecycle table of its `states.py`; a changed lifecycle needs a new one.
    """
    allowed = ",".join(f"{state}>{following}" for state, nexts in steps.items() for following in nexts)
    return RunSQL(
        f"CREATE OR REPLACE TRIGGER lifecycle AFTER INSERT OR UPDATE OF state ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION keep_lifecycle('{object_type}', '{allowed}')",
        f"DROP TRIGGER lifecycle ON {table}",
    )


KEEP_LIFECYCLE = """
CREATE FUNCTION keep_lifecycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE was text := '';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        was := OLD.state;
        IF was = NEW.state THEN RETURN NULL; END IF;
        IF NOT was || '>' || NEW.state = ANY (string_to_array(TG_ARGV[1], ',')) THEN
            RAISE EXCEPTION '% may not go from % to %', TG_ARGV[0], was, NEW.state
                USING ERRCODE = '23514', CONSTRAINT = 'lifecycle';
        END IF;
    END IF;
    INSERT INTO audit_statechange (object_type, object_id, was, became, at)
        VALUES (TG_ARGV[0], NEW.id, was, NEW.state, house_clock());
    RETURN NULL;
END $$;
REVOKE UPDATE, DELETE, TRUNCATE ON audit_statechange FROM house_app;
"""
