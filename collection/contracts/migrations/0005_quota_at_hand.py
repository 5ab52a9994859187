"""The quota of a served area stands in its row: one look-up less for every contract that dispatch asks."""

from django.db import migrations, models

FILL = """
UPDATE contracts_servedarea area SET quota_g = quota.quota_g FROM contracts_contractcategory quota
WHERE quota.contract_id = area.contract_id AND quota.category_id = area.category_id
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0004_cells'),
    ]

    operations = [
        migrations.AddField('servedarea', 'quota_g', models.BigIntegerField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        # Deferred keys of the filled rows are checked now: PostgreSQL alters no table that still waits for them.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField('servedarea', 'quota_g', models.BigIntegerField()),
    ]
