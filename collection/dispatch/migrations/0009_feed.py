"""Whoever may see a pickup, an offer or a job is told when it changes: `GET /sync` follows these lines."""

from django.db import migrations

FEED = """
CREATE FUNCTION dispatch_pickup_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel_follow('pickup', NEW.id, ARRAY[
        NEW.generator_id, NEW.collector_id, NEW.recycler_id, NEW.driver_id,
        OLD.collector_id, OLD.recycler_id, OLD.driver_id] || ARRAY(
            SELECT organisation_id FROM dispatch_offer WHERE pickup_id = NEW.id AND state = 'open'));
    IF TG_OP = 'UPDATE' THEN  -- they show what is asked for
        PERFORM kernel_follow('offer', id, ARRAY[organisation_id]) FROM dispatch_offer WHERE pickup_id = NEW.id AND state = 'open';
        PERFORM kernel_follow('job', id, ARRAY[organisation_id, recycler_id, driver_id, NEW.generator_id])
        FROM dispatch_job WHERE pickup_id = NEW.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT OR UPDATE ON pickups_pickup
    FOR EACH ROW EXECUTE FUNCTION dispatch_pickup_changed();

CREATE FUNCTION dispatch_photo_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel_follow('pickup', id, ARRAY[generator_id, collector_id, recycler_id, driver_id])
    FROM pickups_pickup WHERE id IN (NEW.pickup_id, OLD.pickup_id);
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT OR UPDATE OR DELETE ON pickups_upload
    FOR EACH ROW EXECUTE FUNCTION dispatch_photo_changed();

CREATE FUNCTION dispatch_offer_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel_follow('offer', NEW.id, ARRAY[NEW.organisation_id]);
    PERFORM kernel_follow('pickup', NEW.pickup_id, ARRAY[NEW.organisation_id]);  -- while it is open they may see that too
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT OR UPDATE ON dispatch_offer
    FOR EACH ROW EXECUTE FUNCTION dispatch_offer_changed();

CREATE FUNCTION dispatch_job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM kernel_follow('job', NEW.id, ARRAY[
        NEW.organisation_id, NEW.recycler_id, NEW.driver_id, OLD.recycler_id, OLD.driver_id, pickup.generator_id]),
        kernel_follow('pickup', pickup.id, ARRAY[
            pickup.generator_id, pickup.collector_id, pickup.recycler_id, pickup.driver_id])
    FROM pickups_pickup pickup WHERE pickup.id = NEW.pickup_id;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT OR UPDATE ON dispatch_job
    FOR EACH ROW EXECUTE FUNCTION dispatch_job_changed();
"""
BACK = "".join(f"DROP TRIGGER kernel_changed ON {table}; DROP FUNCTION dispatch_{name}_changed();" for table, name in (
    ("pickups_pickup", "pickup"), ("pickups_upload", "photo"), ("dispatch_offer", "offer"), ("dispatch_job", "job")))


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0008_unreachable"), ("kernel", "0002_feed")]
    operations = [migrations.RunSQL(FEED, BACK)]
