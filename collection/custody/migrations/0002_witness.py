"""What the database itself refuses: an impossible lifecycle, a change to anything sealed."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.custody.states import CONSIGNMENT_STEPS

SEALED = "".join(
    f"""
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON custody_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON custody_{table} FROM house_app;
    """
    for table in ("weighing", "receipt", "batch", "batchinput", "fact", "transportsheet", "consignmentpickup",
                  "correction", "sale")
) + """
-- The receipt divides what was weighed, and nothing else.
CREATE FUNCTION receipt_divides_net() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accepted_g + NEW.refused_g IS DISTINCT FROM
       (SELECT net_g FROM custody_weighing WHERE consignment_id = NEW.consignment_id) THEN
        RAISE EXCEPTION 'accepted + refused must equal the net mass'
            USING ERRCODE = '23514', CONSTRAINT = 'receipt_divides_net';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER receipt_divides_net AFTER INSERT ON custody_receipt
    FOR EACH ROW EXECUTE FUNCTION receipt_divides_net();

-- A correction divides the same net, and says truly what stood before it.
CREATE FUNCTION correction_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accepted_g > (SELECT net_g FROM custody_weighing WHERE consignment_id = NEW.consignment_id) OR NOT EXISTS (
        SELECT FROM custody_receipt receipt LEFT JOIN LATERAL (
            SELECT edition, accepted_g FROM custody_correction
            WHERE consignment_id = NEW.consignment_id AND id <> NEW.id ORDER BY edition DESC LIMIT 1) AS last ON true
        WHERE receipt.consignment_id = NEW.consignment_id AND NEW.edition = coalesce(last.edition, 1) + 1
          AND NEW.was_g = coalesce(last.accepted_g, receipt.accepted_g)) THEN
        RAISE EXCEPTION 'a correction follows the edition before it and stays within the net mass'
            USING ERRCODE = '23514', CONSTRAINT = 'correction_follows';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER correction_follows AFTER INSERT ON custody_correction
    FOR EACH ROW EXECUTE FUNCTION correction_follows();

-- A batch's input is the sum of the loads that went in: looked at when the transaction commits.
CREATE FUNCTION batch_is_its_inputs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT input_g FROM custody_batch WHERE id = NEW.batch_id)
       <> (SELECT sum(mass_g) FROM custody_batchinput WHERE batch_id = NEW.batch_id) THEN
        RAISE EXCEPTION 'the inputs of a batch must add up to its input'
            USING ERRCODE = '23514', CONSTRAINT = 'batch_is_its_inputs';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER batch_is_its_inputs AFTER INSERT ON custody_batchinput
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION batch_is_its_inputs();

-- What a load is and whose it is was sealed when it was loaded; only its progress may change.
CREATE FUNCTION consignment_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{state,delivered_at,version}'::text[])
       <> (to_jsonb(OLD) - '{state,delivered_at,version}'::text[]) THEN
        RAISE EXCEPTION 'a loaded consignment does not change its category, origin, parties or places'
            USING ERRCODE = '23514', CONSTRAINT = 'consignment_is_sealed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consignment_is_sealed BEFORE UPDATE ON custody_consignment
    FOR EACH ROW EXECUTE FUNCTION consignment_is_sealed();
REVOKE DELETE, TRUNCATE ON custody_consignment FROM house_app;
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0001_initial"), ("audit", "0002_chain")]
    operations = [
        guard("custody_consignment", "consignment", CONSIGNMENT_STEPS),
        migrations.RunSQL(SEALED, migrations.RunSQL.noop),
    ]
