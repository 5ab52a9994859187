"""The same bytes shown for two requests: found by an index."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_row_history'),
        ('pickups', '0005_residual'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='upload',
            index=models.Index(fields=['sha256'], name='upload_same_bytes'),
        ),
    ]
