"""A contractor's day as plans, routes and halts; a plan's lifecycle is kept by the database like an offer's."""

import django.contrib.gis.db.models.fields
import django.db.models.deletion
from django.db import migrations, models

from collection.audit.lifecycle import guard
from collection.dispatch.states import PLAN_STEPS


class Migration(migrations.Migration):

    dependencies = [
        ('audit', '0002_chain'),
        ('contracts', '0002_witness'),
        ('dispatch', '0004_lock_offered'),
        ('registry', '0002_hours'),
    ]

    operations = [
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('state', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('replaced', 'replaced')], max_length=8)),
                ('why', models.CharField(choices=[('asked', 'asked'), ('nightly', 'nightly'), ('incident', 'incident')], max_length=8)),
                ('progress', models.PositiveSmallIntegerField(default=0)),
                ('vehicles', models.JSONField(default=list)),
                ('seed', models.PositiveIntegerField(default=0)),
                ('cost', models.BigIntegerField(null=True)),
                ('metres', models.PositiveIntegerField(null=True)),
                ('provider', models.CharField(blank=True, max_length=20)),
                ('fallback', models.BooleanField(default=False)),
                ('unserved', models.JSONField(default=list)),
                ('error', models.CharField(blank=True, max_length=40)),
                ('asked_by', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
                ('replaces', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, to='dispatch.plan')),
            ],
        ),
        migrations.CreateModel(
            name='Route',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('driver_id', models.UUIDField(db_index=True, null=True)),
                ('start', django.contrib.gis.db.models.fields.PointField(geography=True, spatial_index=False, srid=4326)),
                ('end', django.contrib.gis.db.models.fields.PointField(geography=True, spatial_index=False, srid=4326)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('metres', models.PositiveIntegerField()),
                ('seconds', models.PositiveIntegerField()),
                ('home_m', models.PositiveIntegerField()),
                ('mass_g', models.BigIntegerField()),
                ('value_tiyn', models.BigIntegerField(null=True)),
                ('plan', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='routes', to='dispatch.plan')),
                ('vehicle', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='registry.vehicle')),
            ],
        ),
        migrations.CreateModel(
            name='RouteStop',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField()),
                ('kind', models.CharField(choices=[('pickup', 'pickup'), ('delivery', 'delivery')], max_length=8)),
                ('arrives_at', models.DateTimeField()),
                ('departs_at', models.DateTimeField()),
                ('load_g', models.BigIntegerField()),
                ('metres', models.PositiveIntegerField()),
                ('seconds', models.PositiveIntegerField()),
                ('fixed', models.BooleanField(default=False)),
                ('done_at', models.DateTimeField(null=True)),
                ('job', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='dispatch.job')),
                ('route', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='stops', to='dispatch.route')),
            ],
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(fields=['contract', 'day', '-created_at'], name='plan_of_day'),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['day'], name='plan_in_force'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('queued', 'running'))), fields=('contract', 'day'), name='plan_one_open'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'done')), fields=('contract', 'day'), name='plan_one_in_force'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='plan_progress_of_hundred'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'failed'), _negated=True), models.Q(('error', ''), _negated=True), _connector='OR'), name='plan_failure_has_code'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at', None), ('state__in', ('queued', 'running'))), models.Q(models.Q(('state__in', ('queued', 'running')), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='plan_end_has_time'),
        ),
        migrations.AddConstraint(
            model_name='route',
            constraint=models.UniqueConstraint(fields=('plan', 'vehicle'), name='route_one_a_vehicle'),
        ),
        migrations.AddConstraint(
            model_name='routestop',
            constraint=models.UniqueConstraint(fields=('route', 'position'), name='stop_position_once'),
        ),
        migrations.AddConstraint(
            model_name='routestop',
            constraint=models.CheckConstraint(condition=models.Q(('departs_at__gte', models.F('arrives_at'))), name='stop_forward'),
        ),
        guard('dispatch_plan', 'plan', PLAN_STEPS),
    ]
