"""A job's incident keeps its photos, each by the hash of its bytes; nobody changes them afterwards."""

import django.db.models.deletion
from django.db import migrations, models

EVIDENCE = """
CREATE FUNCTION dispatch_evidence_is_the_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pickups_upload WHERE id = NEW.upload_id AND sha256 = NEW.sha256 AND state = 'stored') THEN
        RAISE EXCEPTION 'evidence is a stored photo, by its hash'
            USING ERRCODE = '23514', CONSTRAINT = 'evidence_is_the_photo';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER evidence_is_the_photo AFTER INSERT ON dispatch_incidentphoto
    FOR EACH ROW EXECUTE FUNCTION dispatch_evidence_is_the_photo();
CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON dispatch_incidentphoto FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON dispatch_incidentphoto FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0009_feed"), ("pickups", "0006_one_photo_shown_twice")]
    operations = [
        migrations.CreateModel(
            name="IncidentPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("incident", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="dispatch.incident")),
                ("upload", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="pickups.upload")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("incident", "upload"), name="evidence_of_job_once")]},
        ),
        migrations.RunSQL(EVIDENCE, """
            DROP TRIGGER evidence_is_the_photo ON dispatch_incidentphoto;
            DROP FUNCTION dispatch_evidence_is_the_photo();"""),
    ]
