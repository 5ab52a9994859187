"""Beginning a keyed write is one round trip: the lock, the reply given before, and the time."""

from django.db import migrations

BEGIN = """
-- The statements of a VOLATILE function each see what was committed before they began, so a reply stored by the holder
-- of the lock a moment ago is found by the one who gets the lock next. In one plain SELECT it would be missed.
CREATE FUNCTION idempotency_begin(
    an_actor uuid, a_route text, a_key uuid,
    OUT now timestamptz, OUT running boolean, OUT request_hash bytea, OUT status int, OUT etag text, OUT body bytea
) LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    now := house_clock();
    running := NOT pg_try_advisory_xact_lock(hashtextextended(an_actor::text || a_route || a_key::text, 1));
    IF running THEN RETURN; END IF;
    SELECT k.request_hash, k.status, k.etag, k.body INTO request_hash, status, etag, body
        FROM api_idempotencykey k WHERE k.actor_id = an_actor AND k.route = a_route AND k.key = a_key;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]
    operations = [
        migrations.RunSQL(BEGIN, "DROP FUNCTION idempotency_begin(uuid, text, uuid);"),
    ]
