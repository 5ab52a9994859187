"""Places are open on some days, the largest vehicle counts, and the nearest places are found without reading them all."""

import collection.registry.models
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_session_actor'),
        ('geo', '0002_geocoding'),
        ('registry', '0002_hours'),
    ]

    operations = [
        migrations.AddField(
            model_name='base',
            name='working_days',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), db_default=[1, 2, 3, 4, 5, 6], default=collection.registry.models.usual_days, size=None),
        ),
        migrations.AddField(
            model_name='facility',
            name='working_days',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), db_default=[1, 2, 3, 4, 5, 6], default=collection.registry.models.usual_days, size=None),
        ),
        migrations.AddIndex(
            model_name='base',
            index=django.contrib.postgres.indexes.GistIndex(fields=['point'], name='base_nearest'),
        ),
        migrations.AddIndex(
            model_name='facility',
            index=django.contrib.postgres.indexes.GistIndex(fields=['point'], name='facility_nearest'),
        ),
        migrations.AddIndex(
            model_name='vehicle',
            index=models.Index(condition=models.Q(('retired_at', None)), fields=['organisation', '-payload_g'], name='vehicle_largest'),
        ),
        migrations.AddConstraint(
            model_name='base',
            constraint=models.CheckConstraint(condition=models.Q(('working_days__contained_by', [1, 2, 3, 4, 5, 6, 7]), ('working_days__len__gt', 0)), name='base_days_of_a_week'),
        ),
        migrations.AddConstraint(
            model_name='facility',
            constraint=models.CheckConstraint(condition=models.Q(('working_days__contained_by', [1, 2, 3, 4, 5, 6, 7]), ('working_days__len__gt', 0)), name='facility_days_of_a_week'),
        ),
    ]
