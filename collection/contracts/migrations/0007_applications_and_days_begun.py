"""Contracts come about by application; coefficients of days that have begun change by two persons."""

import collection.kernel.fields
import django.db.models.deletion
from django.db import migrations, models

from collection.audit.history import keep
from collection.audit.lifecycle import guard
from collection.contracts.states import APPLICATION_STEPS, TARIFF_CHANGE_STEPS

KEPT = """
REVOKE DELETE, TRUNCATE ON contracts_tariffchange, contracts_contractapplication FROM house_app;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_row_history'),
        ('contracts', '0006_row_history'),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE application_number", "DROP SEQUENCE application_number"),
        migrations.CreateModel(
            name='ContractApplication',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='application_number')),
                ('kind', models.CharField(choices=[('collection', 'Collection'), ('recycling', 'Recycling'), ('full_cycle', 'Full Cycle')], max_length=10)),
                ('state', models.CharField(choices=[('submitted', 'submitted'), ('verified', 'verified'), ('approved', 'approved'), ('signed', 'signed'), ('refused', 'refused'), ('withdrawn', 'withdrawn')], default='submitted', max_length=10)),
                ('asked', models.JSONField()),
                ('submitted_by', models.UUIDField(null=True)),
                ('submitted_at', models.DateTimeField()),
                ('verified_by', models.UUIDField(null=True)),
                ('verified_at', models.DateTimeField(null=True)),
                ('approved_by', models.UUIDField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('signed_by', models.UUIDField(null=True)),
                ('signed_at', models.DateTimeField(null=True)),
                ('ended_by', models.UUIDField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_in', models.CharField(blank=True, max_length=10)),
                ('reason', models.CharField(blank=True, choices=[('papers_incomplete', 'papers_incomplete'), ('no_permit', 'no_permit'), ('capacity_unproven', 'capacity_unproven'), ('region_covered', 'region_covered'), ('no_budget', 'no_budget'), ('false_statement', 'false_statement'), ('related_party', 'related_party'), ('other', 'other')], max_length=20)),
                ('words', models.CharField(blank=True, max_length=500)),
                ('version', models.PositiveIntegerField(default=1)),
                ('contract', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='application', to='contracts.contract')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='accounts.organisation')),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('verified', 'approved', 'signed')), _negated=True), ('verified_at__isnull', False), _connector='OR'), name='application_verified_at'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('approved', 'signed')), _negated=True), models.Q(('approved_at__isnull', False), ('contract__isnull', False)), _connector='OR'), name='application_approved_has_contract'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'signed'), _negated=True), ('signed_at__isnull', False), _connector='OR'), name='application_signed_at'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('refused', 'withdrawn')), _negated=True), models.Q(('ended_at__isnull', False), models.Q(('ended_in', ''), _negated=True)), _connector='OR'), name='application_ended_at'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='application_refused_has_reason'), models.CheckConstraint(condition=models.Q(('approved_by', None), ('verified_by', None), models.Q(('approved_by', models.F('verified_by')), _negated=True), _connector='OR'), name='application_two_persons'), models.UniqueConstraint(condition=models.Q(('state__in', ('submitted', 'verified', 'approved'))), fields=('programme', 'organisation', 'kind'), name='application_one_open')],
            },
        ),
        migrations.CreateModel(
            name='TariffChange',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('proposed', 'Proposed'), ('approved', 'Approved'), ('withdrawn', 'Withdrawn')], default='proposed', max_length=10)),
                ('tariffs', models.JSONField()),
                ('reason', models.CharField(max_length=200)),
                ('proposed_by', models.UUIDField(null=True)),
                ('proposed_at', models.DateTimeField()),
                ('approved_by', models.UUIDField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('approved_by', None), ('proposed_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='tariff_change_two_persons'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='tariff_change_has_reason'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'approved'), _negated=True), ('approved_at__isnull', False), _connector='OR'), name='tariff_change_approved_at')],
            },
        ),
        guard("contracts_tariffchange", "tariff_change", TARIFF_CHANGE_STEPS),
        guard("contracts_contractapplication", "application", APPLICATION_STEPS),
        keep("contracts_tariffchange", "tariff_change"),
        keep("contracts_contractapplication", "application"),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
