"""Whatever nobody has taken when its window closes expires; staff reads the newest first."""

from django.db import migrations, models

from collection.audit.lifecycle import guard
from collection.pickups.states import PICKUP_STEPS


class Migration(migrations.Migration):
    dependencies = [("pickups", "0002_witness")]
    operations = [
        guard("pickups_pickup", "pickup", PICKUP_STEPS),
        migrations.AddIndex("pickup", models.Index(fields=["-submitted_at", "-id"], name="pickup_newest")),
    ]
