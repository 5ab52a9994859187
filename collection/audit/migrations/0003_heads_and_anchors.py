"""A chain cut short leaves a head that knows better; an anchor holds all of them; rows leave their history.

Only these functions, which belong to the owner, write the heads, the anchors, the row history and the state changes: the
running house calls them by doing its work, and may not write those tables itself.
"""

from django.db import migrations, models

from collection.audit.history import KEEP_HISTORY

CHAIN = """
ALTER TABLE audit_chainhead SET (fillfactor = 70);  -- room to move on within its page

DROP FUNCTION audit_hash(audit_auditline);
CREATE FUNCTION audit_hash(previous bytea, seq int, line audit_auditline) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        seq, extract(epoch FROM line.at), extract(epoch FROM line.recorded_at), line.actor_id, line.actor_role,
        line.organisation_id, line.verb, line.object_type, line.object_id, line.before, line.after, line.request_id
    )::text, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    LOOP  -- two verbs on one object at once queue at its head, so the chain never forks; other objects are not held up
        UPDATE audit_chainhead SET last_seq = last_seq + 1, prev_hash = last_hash,
               last_hash = audit_hash(last_hash, last_seq + 1, NEW), last_at = NEW.recorded_at
            WHERE object_id = NEW.object_id AND object_type = NEW.object_type
            RETURNING last_seq, prev_hash, last_hash INTO NEW.seq, NEW.prev_hash, NEW.hash;
        EXIT WHEN FOUND;
        INSERT INTO audit_chainhead (object_id, object_type, last_seq, prev_hash, last_hash, last_at)
            VALUES (NEW.object_id, NEW.object_type, 1, '', audit_hash('', 1, NEW), NEW.recorded_at)
            ON CONFLICT DO NOTHING
            RETURNING last_seq, prev_hash, last_hash INTO NEW.seq, NEW.prev_hash, NEW.hash;
        EXIT WHEN FOUND;  -- or else somebody was first, and we go on after them
    END LOOP;
    PERFORM set_config('house.audit_line', NEW.id::text, true);  -- what this transaction's row history points at
    RETURN NEW;
END $$;

INSERT INTO audit_chainhead (object_id, object_type, last_seq, prev_hash, last_hash, last_at)
    SELECT DISTINCT ON (object_type, object_id) object_id, object_type, seq, prev_hash, hash, recorded_at
    FROM audit_auditline ORDER BY object_type, object_id, seq DESC;
"""

ANCHORS = """
CREATE FUNCTION audit_root(one audit_anchor, previous bytea) RETURNS bytea LANGUAGE sql STABLE AS $$
    SELECT sha256(previous || convert_to(jsonb_build_array(
        one.number, one.day, extract(epoch FROM one.made_at), one.chains, one.lines)::text, 'UTF8')
        || coalesce((
            SELECT sha256(string_agg(
                sha256(convert_to(concat_ws(' ', object_type, object_id, seq), 'UTF8') || hash), ''::bytea
                ORDER BY object_id, object_type COLLATE "C"))
            FROM audit_anchoredhead WHERE anchor = one.number), ''))
$$;

CREATE FUNCTION audit_make_anchor(made_at timestamptz, day date) RETURNS SETOF audit_anchor
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    made audit_anchor;
    last record;
BEGIN
    LOCK TABLE audit_anchor IN SHARE ROW EXCLUSIVE MODE;  -- one at a time; readers are not held up
    SELECT number, root INTO last FROM audit_anchor ORDER BY number DESC LIMIT 1;
    made := (coalesce(last.number, 0) + 1, day, made_at, 0, 0, '');
    WITH grown AS (
        SELECT head.object_id, head.object_type, head.last_seq, head.last_hash, coalesce(old.seq, 0) AS was
        FROM audit_chainhead head
        LEFT JOIN (SELECT object_id, object_type, max(seq) AS seq FROM audit_anchoredhead GROUP BY 1, 2) old
            USING (object_id, object_type)
        WHERE head.last_seq > coalesce(old.seq, 0)
    ), anchored AS (
        INSERT INTO audit_anchoredhead (object_id, object_type, seq, hash, anchor)
        SELECT object_id, object_type, last_seq, last_hash, made.number FROM grown
    )
    SELECT count(*), coalesce(sum(last_seq - was), 0) INTO made.chains, made.lines FROM grown;
    made.root := audit_root(made, coalesce(last.root, ''));
    INSERT INTO audit_anchor SELECT made.*;
    RETURN NEXT made;
END $$;
"""

WITNESS = "".join(f"""
CREATE TRIGGER {table}_is_history BEFORE UPDATE OR DELETE ON audit_{table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_{table} FROM house_app;
""" for table in ("anchor", "anchoredhead", "rowhistory", "statechange")) + """
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_chainhead FROM house_app;
ALTER FUNCTION keep_lifecycle() SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_chain'),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditAnchor',
            fields=[
                ('number', models.PositiveIntegerField(primary_key=True, serialize=False)),
                ('day', models.DateField(db_index=True)),
                ('made_at', models.DateTimeField()),
                ('chains', models.PositiveIntegerField()),
                ('lines', models.PositiveIntegerField()),
                ('root', models.BinaryField(max_length=32)),
            ],
            options={'db_table': 'audit_anchor'},
        ),
        migrations.CreateModel(
            name='AnchoredHead',
            fields=[
                ('pk', models.CompositePrimaryKey('object_id', 'object_type', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('object_id', models.UUIDField()),
                ('object_type', models.CharField(max_length=40)),
                ('seq', models.PositiveIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
                ('anchor', models.PositiveIntegerField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='ChainHead',
            fields=[
                ('pk', models.CompositePrimaryKey('object_id', 'object_type', blank=True, editable=False, primary_key=True, serialize=False)),
                ('object_id', models.UUIDField()),
                ('object_type', models.CharField(max_length=40)),
                ('last_seq', models.PositiveIntegerField()),
                ('prev_hash', models.BinaryField(max_length=32)),
                ('last_hash', models.BinaryField(max_length=32)),
                ('last_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='RowHistory',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.UUIDField()),
                ('table', models.CharField(max_length=63)),
                ('change', models.CharField(choices=[('insert', 'insert'), ('update', 'update'), ('delete', 'delete')], max_length=6)),
                ('before', models.JSONField(null=True)),
                ('after', models.JSONField(null=True)),
                ('at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('database_user', models.CharField(max_length=63)),
                ('line', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['object_id', 'id'], name='audit_rowhi_object__9c3853_idx')],
            },
        ),
        migrations.RunSQL(CHAIN, migrations.RunSQL.noop),
        migrations.RunSQL(ANCHORS, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_HISTORY, "DROP FUNCTION keep_history();"),
        migrations.RunSQL(WITNESS, migrations.RunSQL.noop),
    ]
