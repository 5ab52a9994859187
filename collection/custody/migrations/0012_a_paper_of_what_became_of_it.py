"""A certificate says what the facts said on its day; only that it was taken back is written on it afterwards."""

import collection.kernel.fields
import django.db.models.deletion
from django.db import migrations, models


ISSUED = """
CREATE FUNCTION certificate_is_issued() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{revoked_at,revoked_by,reason,version}'::text[]
        <> to_jsonb(OLD) - '{revoked_at,revoked_by,reason,version}'::text[] OR OLD.revoked_at IS NOT NULL THEN
        RAISE EXCEPTION 'what a certificate says does not change' USING ERRCODE = '23514', CONSTRAINT = 'certificate_is_issued';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER certificate_is_issued BEFORE UPDATE ON custody_certificate
    FOR EACH ROW EXECUTE FUNCTION certificate_is_issued();
REVOKE DELETE, TRUNCATE ON custody_certificate FROM house_app;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_keys_of_their_systems'),
        ('contracts', '0008_fitting_claims_first'),
        ('custody', '0011_signatures_seal'),
    ]

    operations = [
        migrations.RunSQL("CREATE SEQUENCE certificate_number", "DROP SEQUENCE certificate_number"),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('number', collection.kernel.fields.NumberField(sequence='certificate_number')),
                ('code', models.CharField(max_length=16, unique=True)),
                ('month_from', models.DateField()),
                ('month_to', models.DateField()),
                ('lines', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('issued_by', models.UUIDField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
                ('revoked_by', models.UUIDField(null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('version', models.PositiveIntegerField(default=1)),
                ('generator', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.organisation')),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
            options={
                'indexes': [models.Index(fields=['generator', '-issued_at'], name='certificate_mine')],
                'constraints': [models.CheckConstraint(condition=models.Q(('month_from__day', 1), ('month_to__day', 1), ('month_to__gte', models.F('month_from'))), name='certificate_of_whole_months'), models.CheckConstraint(condition=models.Q(models.Q(('reason', ''), ('revoked_at', None)), models.Q(('revoked_at__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='revocation_has_reason')],
            },
        ),
        migrations.RunSQL(ISSUED, migrations.RunSQL.noop),
    ]
