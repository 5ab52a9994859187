"""What a person decided stays; a load may take several trips; answers of the past are found by contract."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_session_actor'),
        ('contracts', '0003_how_offers_go_out'),
        ('dispatch', '0005_day_routes'),
        ('pickups', '0005_residual'),
        ('registry', '0003_working_days_and_nearest'),
    ]

    operations = [
        migrations.CreateModel(
            name='UnservedAlarm',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.CharField(max_length=9)),
                ('day', models.DateField()),
                ('mass_g', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='job',
            name='frozen',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='job',
            name='trips',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddField(
            model_name='job',
            name='trips_done',
            field=models.PositiveSmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='offer',
            name='trips',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddIndex(
            model_name='offer',
            index=models.Index(fields=['contract', '-offered_at'], name='offer_history'),
        ),
        migrations.AddField(
            model_name='unservedalarm',
            name='programme',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='contracts.programme'),
        ),
        migrations.AddConstraint(
            model_name='unservedalarm',
            constraint=models.UniqueConstraint(fields=('programme', 'place', 'day'), name='alarm_once_a_day'),
        ),
    ]
