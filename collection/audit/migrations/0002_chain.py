"""The chain, and the refusal to change it."""

from django.db import migrations

from collection.audit.lifecycle import KEEP_LIFECYCLE

CHAIN = """
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE last record;
BEGIN
    -- Two verbs on one object at once queue here, so the chain never forks; other objects are not held up.
    PERFORM pg_advisory_xact_lock(hashtextextended(NEW.object_type || NEW.object_id::text, 7));
    SELECT seq, hash INTO last FROM audit_auditline
        WHERE object_type = NEW.object_type AND object_id = NEW.object_id ORDER BY seq DESC LIMIT 1;
    NEW.seq := coalesce(last.seq, 0) + 1;
    NEW.prev_hash := coalesce(last.hash, ''::bytea);
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END $$;

CREATE FUNCTION audit_hash(line audit_auditline) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(line.prev_hash || convert_to(jsonb_build_array(
        line.seq, extract(epoch FROM line.at), extract(epoch FROM line.recorded_at), line.actor_id, line.actor_role,
        line.organisation_id, line.verb, line.object_type, line.object_id, line.before, line.after, line.request_id
    )::text, 'UTF8'))
$$;

CREATE TRIGGER audit_chain BEFORE INSERT ON audit_auditline FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_is_history BEFORE UPDATE OR DELETE ON audit_auditline
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON audit_auditline FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial"), ("kernel", "0001_ground")]
    operations = [
        migrations.RunSQL(CHAIN, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_LIFECYCLE, "DROP FUNCTION keep_lifecycle();"),
    ]
