"""What the database itself refuses: an impossible lifecycle."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.dispatch.states import JOB_STEPS, OFFER_STEPS


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("dispatch_offer", "offer", OFFER_STEPS),
        guard("dispatch_job", "job", JOB_STEPS),
    ]
