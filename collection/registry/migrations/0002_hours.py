"""When a plant is open and when a vehicle is out: what a day's routes keep to."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_session_actor'),
        ('geo', '0002_geocoding'),
        ('registry', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='facility',
            name='closes',
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name='facility',
            name='opens',
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='shift_from',
            field=models.TimeField(null=True),
        ),
        migrations.AddField(
            model_name='vehicle',
            name='shift_to',
            field=models.TimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='facility',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closes', None), ('opens', None)), ('opens__lt', models.F('closes')), _connector='OR'), name='facility_hours_forward'),
        ),
        migrations.AddConstraint(
            model_name='vehicle',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('shift_from', None), ('shift_to', None)), ('shift_from__lt', models.F('shift_to')), _connector='OR'), name='vehicle_shift_forward'),
        ),
    ]
