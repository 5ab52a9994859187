"""A worker's claim is a state of its own, due rows are found channel by channel, and an ended message is forgotten."""

import django.db.models.functions.comparison
from django.db import migrations, models


TIDY = """
UPDATE notifications_outboxrow SET leased_until = NULL WHERE state <> 'leased' AND leased_until IS NOT NULL;
UPDATE notifications_outboxrow SET address = '', text = '' WHERE state IN ('done', 'dead', 'expired');
"""
# NOTIFY takes a lock on the whole database while it commits, so the bell rings only for rows that are due now.
BELL = """
CREATE OR REPLACE FUNCTION outbox_bell() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT FROM written WHERE not_before <= house_clock()) THEN PERFORM pg_notify('house', 'outbox'); END IF;
    RETURN NULL;
END $$;
DROP TRIGGER outbox_bell ON notifications_outboxrow;
CREATE TRIGGER outbox_bell AFTER INSERT ON notifications_outboxrow
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION outbox_bell();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('notifications', '0002_doorbell'),
    ]

    operations = [
        migrations.RunSQL(TIDY, migrations.RunSQL.noop),
        migrations.RunSQL(BELL, migrations.RunSQL.noop),
        migrations.RemoveConstraint(
            model_name='outboxrow',
            name='lease_has_end',
        ),
        migrations.RemoveConstraint(
            model_name='outboxrow',
            name='end_has_time',
        ),
        migrations.RemoveConstraint(
            model_name='outboxrow',
            name='push_has_notice',
        ),
        migrations.RemoveIndex(
            model_name='outboxrow',
            name='outbox_due',
        ),
        migrations.RemoveIndex(
            model_name='outboxrow',
            name='outbox_work',
        ),
        migrations.AlterField(
            model_name='outboxrow',
            name='state',
            field=models.CharField(choices=[('waiting', 'waiting'), ('leased', 'leased'), ('claimed', 'claimed'), ('done', 'done'), ('dead', 'dead'), ('expired', 'expired')], default='waiting', max_length=7),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('read_at', None)), fields=['recipient_id'], name='notice_unread'),
        ),
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(models.F('channel'), django.db.models.functions.comparison.Greatest(models.F('not_before'), models.F('leased_until')), models.F('id'), condition=models.Q(('state__in', ('waiting', 'leased', 'claimed'))), name='outbox_due'),
        ),
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(condition=models.Q(('channel', 'work'), ('state__in', ('waiting', 'leased', 'claimed'))), fields=['object_id', 'task'], name='outbox_work'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('leased_until__isnull', False), ('state__in', ('leased', 'claimed'))), models.Q(('leased_until', None), ('state__in', ('waiting', 'done', 'dead', 'expired'))), _connector='OR'), name='lease_has_end'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at', None), ('state__in', ('waiting', 'leased', 'claimed'))), models.Q(('done_at__isnull', False), ('state__in', ('done', 'dead', 'expired'))), _connector='OR'), name='end_has_time'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'expired'), _negated=True), ('expires_at__isnull', False), _connector='OR'), name='expiry_has_time'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'push'), ('notice__isnull', False), models.Q(('installation_id', ''), _negated=True)), models.Q(models.Q(('channel', 'push'), _negated=True), ('installation_id', ''), ('notice', None)), _connector='OR'), name='push_has_notice'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel__in', ('sms', 'email')), ('state__in', ('waiting', 'leased', 'claimed')), models.Q(('address', ''), _negated=True)), models.Q(('address', ''), ('text', '')), _connector='OR'), name='ended_message_forgets'),
        ),
    ]
