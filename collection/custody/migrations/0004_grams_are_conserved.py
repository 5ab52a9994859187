"""What the database itself refuses: a gram that appears or vanishes between the scale and the gate."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.custody.states import CONSIGNMENT_STEPS

SEALED = "".join(
    f"""
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON custody_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON custody_{table} FROM house_app;
    """
    for table in ("stay", "division", "grouping", "groupingmember")
)

CONSERVED = """
-- The grams of a load: of a part what was divided off, of a whole load what the ticket says. NULL before the weighing.
CREATE FUNCTION net_of(load uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT coalesce(part_g, (SELECT net_g FROM custody_weighing WHERE consignment_id = load))
    FROM custody_consignment WHERE id = load
$$;

CREATE OR REPLACE FUNCTION receipt_divides_net() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accepted_g + NEW.refused_g IS DISTINCT FROM net_of(NEW.consignment_id) THEN
        RAISE EXCEPTION 'accepted + refused must equal the net mass'
            USING ERRCODE = '23514', CONSTRAINT = 'receipt_divides_net';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION correction_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.accepted_g > net_of(NEW.consignment_id) OR NOT EXISTS (
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

-- Parts and loss are the divided load, to the gram, when the transaction commits; and only a divided load has parts.
CREATE FUNCTION division_conserves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    divided uuid := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'custody_division' THEN 'consignment_id' ELSE 'parent_id' END;
BEGIN
    IF NOT EXISTS (SELECT FROM custody_consignment parent JOIN custody_division division ON division.consignment_id = parent.id
        WHERE parent.id = divided AND parent.state = 'split' AND net_of(parent.id) = division.lost_g + (
            SELECT coalesce(sum(part_g), 0) FROM custody_consignment
            WHERE source_id = parent.source_id AND parent_id = parent.id)) THEN
        RAISE EXCEPTION 'the parts of a load and its loss must add up to it'
            USING ERRCODE = '23514', CONSTRAINT = 'division_conserves';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER division_conserves AFTER INSERT ON custody_division
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION division_conserves();
CREATE CONSTRAINT TRIGGER division_conserves AFTER INSERT ON custody_consignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION division_conserves();

-- A load that is called divided has the paper of it: no gram disappears into a state.
CREATE FUNCTION split_has_division() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM custody_division WHERE consignment_id = NEW.id) THEN
        RAISE EXCEPTION 'a divided load has a division' USING ERRCODE = '23514', CONSTRAINT = 'split_has_division';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER split_has_division AFTER INSERT OR UPDATE OF state ON custody_consignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'split') EXECUTE FUNCTION split_has_division();

-- A part is of what its parent is of, came from where it came from, and belongs to whom it belonged to.
CREATE FUNCTION part_is_of_its_parent() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept text[] := '{programme_id,category_id,waste_code_id,origin,generator_id,region_id,district_id,collector_id,collector_contract_id,source_id,loaded_at}';
BEGIN
    IF EXISTS (SELECT FROM custody_consignment parent, unnest(kept) AS name WHERE parent.id = NEW.parent_id
               AND (to_jsonb(parent) -> name) IS DISTINCT FROM (to_jsonb(NEW) -> name)) THEN
        RAISE EXCEPTION 'a part keeps category, origin, source and owner of the load it was divided from'
            USING ERRCODE = '23514', CONSTRAINT = 'part_is_of_its_parent';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER part_is_of_its_parent BEFORE INSERT ON custody_consignment
    FOR EACH ROW WHEN (NEW.parent_id IS NOT NULL) EXECUTE FUNCTION part_is_of_its_parent();

-- A grouping is its members: each with its whole mass, of one category, bound for one plant under one contract.
CREATE FUNCTION grouping_is_its_members() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE of_grouping uuid := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'custody_grouping' THEN 'id' ELSE 'grouping_id' END;
BEGIN
    IF EXISTS (
        SELECT FROM custody_groupingmember member JOIN custody_consignment load ON load.id = member.consignment_id
        JOIN custody_grouping whole ON whole.id = member.grouping_id
        WHERE whole.id = of_grouping AND (member.mass_g, load.category_id, load.recycler_contract_id, load.collector_id)
            IS DISTINCT FROM (net_of(load.id), whole.category_id, whole.recycler_contract_id, whole.collector_id))
       OR (SELECT mass_g FROM custody_grouping WHERE id = of_grouping) IS DISTINCT FROM
          (SELECT sum(mass_g) FROM custody_groupingmember WHERE grouping_id = of_grouping) THEN
        RAISE EXCEPTION 'a grouping must be the sum of its members'
            USING ERRCODE = '23514', CONSTRAINT = 'grouping_is_its_members';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER grouping_is_its_members AFTER INSERT ON custody_grouping
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grouping_is_its_members();
CREATE CONSTRAINT TRIGGER grouping_is_its_members AFTER INSERT ON custody_groupingmember
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grouping_is_its_members();

-- A load enters a store with all of its grams.
CREATE FUNCTION stay_is_the_load() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mass_g IS DISTINCT FROM net_of(NEW.consignment_id) THEN
        RAISE EXCEPTION 'a load is stored whole' USING ERRCODE = '23514', CONSTRAINT = 'stay_is_the_load';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER stay_is_the_load AFTER INSERT ON custody_stay FOR EACH ROW EXECUTE FUNCTION stay_is_the_load();

CREATE OR REPLACE FUNCTION consignment_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - '{state,delivered_at,store_id,version}'::text[])
       <> (to_jsonb(OLD) - '{state,delivered_at,store_id,version}'::text[]) THEN
        RAISE EXCEPTION 'a loaded consignment does not change its category, origin, parties or places'
            USING ERRCODE = '23514', CONSTRAINT = 'consignment_is_sealed';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0003_lineage")]
    operations = [
        guard("custody_consignment", "consignment", CONSIGNMENT_STEPS),
        migrations.RunSQL(SEALED + CONSERVED, migrations.RunSQL.noop),
    ]
