"""How far offers go, what ranks them, how many trips a load may take, and when the unserved are an alarm, are data."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0002_witness'),
    ]

    operations = [
        migrations.AddField(
            model_name='programme',
            name='holidays',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), db_default=models.Value([], django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None)), default=list, size=None),
        ),
        migrations.AddField(
            model_name='programme',
            name='max_trips',
            field=models.PositiveSmallIntegerField(db_default=10, default=10),
        ),
        migrations.AddField(
            model_name='programme',
            name='unserved_alarm_g',
            field=models.BigIntegerField(db_default=20000000, default=20000000, null=True),
        ),
        migrations.AddField(
            model_name='programme',
            name='weights',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name='programme',
            name='widening',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list),
        ),
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('max_trips__range', (1, 100))), name='max_trips_sane'),
        ),
    ]
