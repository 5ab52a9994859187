"""Row history kept by the database: whoever changes a row, the row before and after is written down."""

from __future__ import annotations

from django.db.migrations import RunSQL


def keep(table: str, object_type: str, key: str = "id") -> RunSQL:
    """A migration operation: every insert, change and deletion of a row of `table` leaves a RowHistory.

    `key` is the column with the id of the object the row belongs to (a whole number stands as the UUID of that value).
    The trigger fires when the transaction commits: the verb writes its audit line after the rows, and the history names it.
    """
    return RunSQL(
        f"CREATE CONSTRAINT TRIGGER keep_history AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_history('{object_type}', '{key}')",
        f"DROP TRIGGER keep_history ON {table}",
    )


KEEP_HISTORY = """
CREATE FUNCTION keep_history() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    was jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    became jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
    key text := coalesce(became, was) ->> TG_ARGV[1];
BEGIN
    IF was = became THEN RETURN NULL; END IF;
    INSERT INTO audit_rowhistory (object_type, object_id, "table", change, before, after, at, recorded_at,
                                  database_user, line)
    VALUES (TG_ARGV[0], CASE WHEN key ~ '^[0-9]+$' THEN lpad(to_hex(key::bigint), 32, '0') ELSE key END::uuid,
            TG_TABLE_NAME, lower(TG_OP), was, became, house_clock(), clock_timestamp(),
            session_user, nullif(current_setting('house.audit_line', true), '')::bigint);
    RETURN NULL;
END $$;
"""
