"""A remembered distance is one narrow row with one index: written in half the time. What was remembered is asked again."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('geo', '0004_roads'),
    ]

    operations = [
        migrations.DeleteModel(name='Distance'),
        migrations.CreateModel(
            name='Distance',
            fields=[
                ('pk', models.CompositePrimaryKey('origin', 'destination', 'provider', blank=True, editable=False, primary_key=True, serialize=False)),
                ('origin', models.BigIntegerField()),
                ('destination', models.BigIntegerField()),
                ('provider', models.CharField(max_length=100)),
                ('metres', models.IntegerField(null=True)),
                ('seconds', models.IntegerField(null=True)),
                ('asked_at', models.DateTimeField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.BrinIndex(fields=['asked_at'], name='distance_asked_at')],
            },
        ),
    ]
