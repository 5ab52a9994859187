"""Whoever changes rows of organisations, and by whatever means: the row before and after is kept."""

from django.db import migrations

from collection.audit.history import keep


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_session_actor"), ("audit", "0003_heads_and_anchors")]
    operations = [
        keep("accounts_organisation", "organisation"),
    ]
