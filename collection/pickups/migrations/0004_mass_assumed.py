"""Requests fed in from elsewhere often name no mass; what stands in for it says so until the load is weighed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pickups", "0003_expiry")]
    operations = [
        migrations.AddField("pickup", "mass_assumed", models.BooleanField(default=False, db_default=False)),
    ]
