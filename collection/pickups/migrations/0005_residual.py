"""What one lorry could not take is asked for again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('pickups', '0004_mass_assumed'),
    ]

    operations = [
        migrations.AddField(
            model_name='pickup',
            name='residual_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='residuals', to='pickups.pickup'),
        ),
        migrations.AddIndex(
            model_name='pickup',
            index=models.Index(condition=models.Q(('residual_of__isnull', False)), fields=['residual_of'], name='pickup_residual'),
        ),
    ]
