"""The fraud set knows what it planted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0006_row_history'),
        ('demo', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Planted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=30)),
                ('subject', models.UUIDField()),
                ('way', models.CharField(blank=True, max_length=36)),
                ('programme', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme')),
            ],
        ),
    ]
