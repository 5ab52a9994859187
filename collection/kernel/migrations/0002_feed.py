"""What changed for whom, told by triggers: the ground under `GET /sync`."""

import collection.kernel.fields
from collection.kernel.feed import FOLLOW
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kernel', '0001_ground'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forgotten',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('before', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('audience', models.UUIDField()),
                ('xid', collection.kernel.fields.XidField()),
                ('kind', models.CharField(max_length=20)),
                ('object_id', models.UUIDField()),
                ('gone', models.BooleanField(db_default=False, default=False)),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='change_age')],
                'constraints': [models.UniqueConstraint(fields=('audience', 'xid', 'kind', 'object_id'), name='change_told_once')],
            },
        ),
        migrations.RunSQL(FOLLOW, 'DROP FUNCTION kernel_changed(); DROP FUNCTION kernel_follow(text, uuid, uuid[]);'),
    ]
