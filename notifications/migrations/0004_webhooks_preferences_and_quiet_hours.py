"""Webhooks fed by the change feed, ways of being told that people choose, quiet hours, and notices to everybody."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

# Deliveries and their outbox rows are written in the transaction of the change, whoever made it. Most organisations have
# no webhook: then this is one look at a small index.
ANNOUNCE = """
CREATE FUNCTION notifications_announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH made AS (
        INSERT INTO notifications_webhookdelivery (id, webhook_id, event, object_type, object_id, state, attempts, last_error,
                                                   created_at, due_since)
        SELECT gen_random_uuid(), hook.id, told.kind || '.changed', told.kind, told.object_id, 'pending', 0, '',
               house_clock(), house_clock()
        FROM told JOIN notifications_webhook hook ON hook.organisation_id = told.audience
        WHERE hook.removed_at IS NULL AND hook.disabled_at IS NULL AND told.kind || '.changed' = ANY (hook.events)
        RETURNING id, created_at)
    INSERT INTO notifications_outboxrow (channel, task, installation_id, address, text, language, object_id, state,
                                         not_before, attempts, last_error, created_at)
    SELECT 'hook', 'notifications.hook', '', '', '', '', id, 'waiting', created_at, 0, '', created_at FROM made;
    RETURN NULL;
END $$;
CREATE TRIGGER announce AFTER INSERT ON kernel_change
    REFERENCING NEW TABLE AS told FOR EACH STATEMENT EXECUTE FUNCTION notifications_announce();
"""
# Until when this moment's quiet hours last, by the clock on the person's wall; null outside them.
QUIET = """
CREATE FUNCTION notifications_quiet_until(at timestamptz, zone text, begins time, ends time) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN begins < ends AND wall::time >= begins AND wall::time < ends THEN (wall::date + ends) AT TIME ZONE zone
        WHEN begins > ends AND wall::time >= begins THEN (wall::date + 1 + ends) AT TIME ZONE zone
        WHEN begins > ends AND wall::time < ends THEN (wall::date + ends) AT TIME ZONE zone
    END FROM (SELECT at AT TIME ZONE zone) now (wall)
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0002_feed'),
        ('notifications', '0003_claims'),
    ]

    operations = [
        migrations.CreateModel(
            name='Announcement',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('roles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                ('title_kk', models.CharField(max_length=100)),
                ('title_ru', models.CharField(max_length=100)),
                ('title_en', models.CharField(max_length=100)),
                ('body_kk', models.CharField(max_length=1000)),
                ('body_ru', models.CharField(max_length=1000)),
                ('body_en', models.CharField(max_length=1000)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('recipient_id', models.UUIDField(primary_key=True, serialize=False)),
                ('language', models.CharField(default='ru', max_length=2)),
                ('phone', models.CharField(blank=True, max_length=16)),
                ('email', models.CharField(blank=True, max_length=200)),
                ('zone', models.CharField(default='Asia/Almaty', max_length=40)),
                ('quiet_from', models.TimeField(null=True)),
                ('quiet_until', models.TimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Preference',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipient_id', models.UUIDField()),
                ('event', models.CharField(max_length=40)),
                ('push', models.BooleanField()),
                ('sms', models.BooleanField()),
                ('email', models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name='QuietHours',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('quiet_from', models.TimeField()),
                ('quiet_until', models.TimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('organisation_id', models.UUIDField(db_index=True)),
                ('owner_id', models.UUIDField()),
                ('url', models.CharField(max_length=2000)),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), size=None)),
                ('generation', models.PositiveIntegerField(default=1)),
                ('previous_until', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('disabled_at', models.DateTimeField(null=True)),
                ('disabled_reason', models.CharField(blank=True, max_length=20)),
                ('busy_until', models.DateTimeField(null=True)),
                ('paused_until', models.DateTimeField(null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('removed_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('event', models.CharField(max_length=40)),
                ('object_type', models.CharField(max_length=40)),
                ('object_id', models.UUIDField()),
                ('state', models.CharField(choices=[('pending', 'pending'), ('delivered', 'delivered'), ('failed', 'failed')], max_length=9)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('last_status', models.PositiveSmallIntegerField(null=True)),
                ('last_error', models.CharField(blank=True, max_length=100)),
                ('created_at', models.DateTimeField()),
                ('due_since', models.DateTimeField()),
                ('last_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='outboxrow',
            name='push_has_notice',
        ),
        migrations.AddField(
            model_name='notice',
            name='delivered_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='outboxrow',
            name='held_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='outboxrow',
            name='channel',
            field=models.CharField(choices=[('push', 'push'), ('sms', 'sms'), ('email', 'email'), ('work', 'work'), ('hook', 'hook')], max_length=5),
        ),
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(condition=models.Q(('channel', 'push')), fields=['notice'], name='outbox_pushes_of_notice'),
        ),
        migrations.AddIndex(
            model_name='outboxrow',
            index=models.Index(condition=models.Q(('notice__isnull', False)), fields=['created_at'], name='outbox_told'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('channel', 'push'), ('notice__isnull', False), models.Q(('installation_id', ''), _negated=True)), models.Q(('channel__in', ('sms', 'email')), ('installation_id', '')), models.Q(('channel__in', ('work', 'hook')), ('installation_id', ''), ('notice', None)), _connector='OR'), name='push_has_notice'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.UniqueConstraint(condition=models.Q(('channel__in', ('sms', 'email'))), fields=('notice', 'channel'), name='message_of_notice_once'),
        ),
        migrations.AddConstraint(
            model_name='outboxrow',
            constraint=models.UniqueConstraint(condition=models.Q(('channel', 'hook'), ('state__in', ('waiting', 'leased', 'claimed'))), fields=('object_id',), name='hook_open_once'),
        ),
        migrations.AddIndex(
            model_name='announcement',
            index=models.Index(fields=['ends_at'], name='notificatio_ends_at_31fdf5_idx'),
        ),
        migrations.AddConstraint(
            model_name='announcement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gte', models.F('starts_at'))), name='announcement_has_time'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('quiet_from', None), ('quiet_until', None)), models.Q(('quiet_from__isnull', False), ('quiet_until__isnull', False)), _connector='OR'), name='quiet_hours_are_two'),
        ),
        migrations.AddConstraint(
            model_name='preference',
            constraint=models.UniqueConstraint(fields=('recipient_id', 'event'), name='preference_once'),
        ),
        migrations.AddConstraint(
            model_name='quiethours',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='quiet_hours_once'),
        ),
        migrations.AddConstraint(
            model_name='webhook',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disabled_at', None), ('disabled_reason', '')), models.Q(('disabled_at__isnull', False), models.Q(('disabled_reason', ''), _negated=True)), _connector='OR'), name='disabled_has_reason'),
        ),
        migrations.AddField(
            model_name='webhookdelivery',
            name='webhook',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='notifications.webhook'),
        ),
        migrations.AddIndex(
            model_name='webhookdelivery',
            index=models.Index(fields=['webhook', '-created_at', '-id'], name='webhook_deliveries'),
        ),
        migrations.RunSQL(ANNOUNCE, "DROP FUNCTION notifications_announce() CASCADE"),
        migrations.RunSQL(QUIET, "DROP FUNCTION notifications_quiet_until(timestamptz, text, time, time)"),
    ]
