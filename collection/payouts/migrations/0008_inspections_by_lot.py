"""Inspections are kept as they were drawn, and what was found as it was told."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

KEPT = "".join(
    f"""
    CREATE TRIGGER posted BEFORE UPDATE OR DELETE ON payouts_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON payouts_{table} FROM house_app;
    """
    for table in ("inspectiondraw", "inspection", "inspectionresult", "inspectionphoto")
)


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0008_fitting_claims_first'),
        ('custody', '0011_signatures_seal'),
        ('payouts', '0007_taken_over'),
        ('pickups', '0006_one_photo_shown_twice'),
    ]

    operations = [
        migrations.CreateModel(
            name='InspectionDraw',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('month', models.DateField()),
                ('seed', models.CharField(max_length=80)),
                ('loads', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('marked', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('drawn_by', models.UUIDField(null=True)),
                ('drawn_at', models.DateTimeField()),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
        migrations.CreateModel(
            name='Inspection',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('flags', models.JSONField(default=list)),
                ('consignment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='custody.consignment')),
                ('draw', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='inspections', to='payouts.inspectiondraw')),
            ],
        ),
        migrations.CreateModel(
            name='InspectionResult',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('look', models.PositiveSmallIntegerField()),
                ('outcome', models.CharField(choices=[('confirmed', 'confirmed'), ('mass_differs', 'mass_differs'), ('not_found', 'not_found')], max_length=12)),
                ('found_g', models.BigIntegerField(null=True)),
                ('note', models.CharField(max_length=1000)),
                ('inspected_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.UUIDField(null=True)),
                ('inspection', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='results', to='payouts.inspection')),
            ],
        ),
        migrations.CreateModel(
            name='InspectionPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('upload', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='pickups.upload')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='photos', to='payouts.inspectionresult')),
            ],
        ),
        migrations.AddConstraint(
            model_name='inspectiondraw',
            constraint=models.UniqueConstraint(fields=('programme', 'month'), name='drawn_once_a_month'),
        ),
        migrations.AddConstraint(
            model_name='inspectiondraw',
            constraint=models.CheckConstraint(condition=models.Q(('month__day', 1)), name='draw_of_a_whole_month'),
        ),
        migrations.AddConstraint(
            model_name='inspectiondraw',
            constraint=models.CheckConstraint(condition=models.Q(('seed', ''), _negated=True), name='draw_has_seed'),
        ),
        migrations.AddConstraint(
            model_name='inspection',
            constraint=models.UniqueConstraint(fields=('draw', 'consignment'), name='inspected_once_a_draw'),
        ),
        migrations.AddConstraint(
            model_name='inspectionresult',
            constraint=models.UniqueConstraint(fields=('inspection', 'look'), name='one_result_a_look'),
        ),
        migrations.AddConstraint(
            model_name='inspectionresult',
            constraint=models.CheckConstraint(condition=models.Q(('look__in', (1, 2))), name='two_looks_at_most'),
        ),
        migrations.AddConstraint(
            model_name='inspectionresult',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('found_g__gt', 0), ('outcome', 'mass_differs')), models.Q(('found_g', None), ('outcome__in', ('confirmed', 'not_found'))), _connector='OR'), name='differing_mass_is_told'),
        ),
        migrations.AddConstraint(
            model_name='inspectionphoto',
            constraint=models.UniqueConstraint(fields=('result', 'upload'), name='inspection_evidence_once'),
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
