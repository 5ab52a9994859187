"""How far, how fast, and by which lorry: what the payment rules ask of every load. And the journal of a scale, read by time."""

import django.contrib.gis.db.models.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('custody', '0008_a_grouping_is_counted_once'),
        ('registry', '0003_working_days_and_nearest'),
    ]

    operations = [
        migrations.AddField(
            model_name='consignment',
            name='point',
            field=django.contrib.gis.db.models.fields.PointField(geography=True, null=True, srid=4326),
        ),
        migrations.AddIndex(
            model_name='transportsheet',
            index=models.Index(fields=['plate'], name='sheet_plate'),
        ),
        migrations.AddIndex(
            model_name='weighing',
            index=models.Index(fields=['scale', 'occurred_at'], name='weighing_scale_journal'),
        ),
    ]
