"""One number for programme, region, category and leg: the index of served areas is a third of its size."""

import django.contrib.postgres.indexes
from django.db import migrations, models

# Two places may, in 2^64, share a number: whoever searches compares the columns too.
CELL = """
CREATE FUNCTION contracts_cell(programme uuid, region varchar, category varchar, leg varchar) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN hashtextextended(programme::text || '|' || region || '|' || category || '|' || leg, 0)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0003_how_offers_go_out'),
        ('geo', '0002_geocoding'),
        ('waste', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(CELL, "DROP FUNCTION contracts_cell(uuid, varchar, varchar, varchar)"),
        migrations.RemoveIndex(
            model_name='servedarea',
            name='served_area_nearest',
        ),
        migrations.AddField(
            model_name='servedarea',
            name='cell',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.F('programme'), models.F('region'), models.F('category'), models.F('leg'), function='contracts_cell'), output_field=models.BigIntegerField()),
        ),
        migrations.AddIndex(
            model_name='servedarea',
            index=django.contrib.postgres.indexes.GistIndex(fields=['cell', 'point'], name='served_area_nearest'),
        ),
    ]
