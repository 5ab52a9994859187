"""What a programme brought along: rows taken over once, and months paid before, which use up limits and stay closed."""

import django.db.models.deletion
from django.db import migrations, models

KEPT = "".join(
    f"""
    CREATE TRIGGER posted BEFORE UPDATE OR DELETE ON payouts_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON payouts_{table} FROM house_app;
    """
    for table in ("importedrow", "paidbefore")
) + """
-- As before, less what had been paid before the takeover. Whose region that was nobody wrote down: caps of a region stay.
CREATE OR REPLACE VIEW payouts_limit AS
    SELECT 'ceiling' AS kind, 'ceiling' AS key, programme.id AS programme_id, NULL::uuid AS contract_id,
           NULL::varchar AS category_id, NULL::varchar AS region_id, NULL::date AS month,
           greatest(0, ceiling_tiyn - coalesce((SELECT sum(paid.amount_tiyn) FROM payouts_paidbefore paid
                JOIN contracts_contract contract ON contract.id = paid.contract_id
                WHERE contract.programme_id = programme.id), 0))::bigint AS limit_tiyn
    FROM contracts_programme programme WHERE ceiling_tiyn IS NOT NULL
    UNION ALL
    SELECT 'contract', contract.id::text, programme_id, contract.id, NULL, NULL, NULL,
           greatest(0, cap_tiyn - coalesce((SELECT sum(paid.amount_tiyn) FROM payouts_paidbefore paid
                WHERE paid.contract_id = contract.id), 0))::bigint
    FROM contracts_contract contract WHERE cap_tiyn IS NOT NULL
    UNION ALL
    SELECT 'cap', cap.id::text, cap.programme_id, cap.contract_id, cap.category_id, cap.region_id, cap.month,
           greatest(0, limit_tiyn - coalesce((SELECT sum(paid.amount_tiyn) FROM payouts_paidbefore paid
                JOIN contracts_contract contract ON contract.id = paid.contract_id
                WHERE cap.region_id IS NULL AND contract.programme_id = cap.programme_id
                  AND (cap.contract_id IS NULL OR cap.contract_id = paid.contract_id)
                  AND (cap.category_id IS NULL OR cap.category_id = paid.category_id)
                  AND (cap.month IS NULL OR cap.month = paid.month)), 0))::bigint
    FROM payouts_cap cap;

-- The month a line sealed on `day` is claimed in: its own, or the contract's next one that is neither closed nor paid before.
CREATE OR REPLACE FUNCTION open_month(contract uuid, day date) RETURNS date LANGUAGE plpgsql STABLE AS $$
DECLARE open date := date_trunc('month', day);
BEGIN
    open := greatest(open, (SELECT max(period.month) + interval '1 month' FROM payouts_period period
        JOIN contracts_contract one ON one.programme_id = period.programme_id WHERE one.id = contract)::date);
    WHILE EXISTS (SELECT FROM payouts_claim WHERE contract_id = contract AND month = open)
       OR EXISTS (SELECT FROM payouts_paidbefore WHERE contract_id = contract AND month = open) LOOP
        open := open + interval '1 month';
    END LOOP;
    RETURN open;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0007_applications_and_days_begun'),
        ('payouts', '0006_priced_anew'),
        ('waste', '0002_yield_bands'),
    ]

    operations = [
        migrations.CreateModel(
            name='ImportedRow',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('file', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=300)),
                ('digest', models.CharField(max_length=64)),
                ('object_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('programme', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('programme', 'file', 'key'), name='imported_once')],
            },
        ),
        migrations.CreateModel(
            name='PaidBefore',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('month', models.DateField()),
                ('mass_g', models.BigIntegerField()),
                ('amount_tiyn', models.BigIntegerField()),
                ('paid_on', models.DateField()),
                ('bank_reference', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
                ('category', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='waste.category')),
                ('contract', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, to='contracts.contract')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('contract', 'month', 'category'), name='paid_before_once'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='paid_before_is_a_month'), models.CheckConstraint(condition=models.Q(('amount_tiyn__gt', 0), ('mass_g__gt', 0)), name='paid_before_positive')],
            },
        ),
        migrations.RunSQL(KEPT, migrations.RunSQL.noop),
    ]
