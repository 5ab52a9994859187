"""What a party has signed does not change, whoever writes; and papers that contradict each other are refused."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.custody.states import CONSIGNMENT_STEPS

SEALED = "".join(
    f"""
    CREATE TRIGGER sealed BEFORE UPDATE OR DELETE ON custody_{table} FOR EACH ROW EXECUTE FUNCTION refuse_change();
    REVOKE UPDATE, DELETE, TRUNCATE ON custody_{table} FROM house_app;
    """
    for table in ("signature", "stockorder", "storedtare", "return", "incident", "incidentphoto")
)

SHEETS = """
-- What a party puts its name to, as one text: the same rows always give the same text. A part's sheet is its source's.
CREATE FUNCTION sealed_content(load uuid, signing text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
    content jsonb;
    row custody_consignment;
    sheet custody_transportsheet;
BEGIN
    SELECT * INTO row FROM custody_consignment WHERE id = load;
    SELECT * INTO sheet FROM custody_transportsheet WHERE consignment_id = row.source_id;
    IF sheet.consignment_id IS NULL THEN RETURN NULL; END IF;
    content := jsonb_build_object(
        'number', row.number, 'category', row.category_id, 'waste_code', row.waste_code_id, 'origin', row.origin,
        'generator', row.generator_id, 'region', row.region_id, 'district', row.district_id, 'collector', row.collector_id,
        'loaded_at', extract(epoch FROM row.loaded_at), 'estimated_g', sheet.estimated_g, 'packages', sheet.packages,
        'pickups', (SELECT jsonb_agg(pickup_id ORDER BY pickup_id) FROM custody_consignmentpickup
                    WHERE consignment_id = row.source_id));
    IF signing IN ('driver', 'recycler') THEN
        content := content || jsonb_build_object(
            'collector_contract', row.collector_contract_id, 'vehicle', row.vehicle_id, 'plate', sheet.plate,
            'driver', row.driver_id, 'driver_name', sheet.driver_name, 'remark', sheet.remark,
            'recycler', row.recycler_id, 'recycler_contract', row.recycler_contract_id, 'facility', row.facility_id);
    END IF;
    IF signing = 'recycler' THEN
        content := content || (
            SELECT jsonb_build_object('net_g', accepted_g + refused_g, 'accepted_g', accepted_g, 'refused_g', refused_g,
                'impurity_g', impurity_g, 'reason', reason, 'received_at', extract(epoch FROM occurred_at))
            FROM custody_receipt WHERE consignment_id = load);
    END IF;
    RETURN content::text;
END $$;

-- A signature is of what the rows hold: the sheet is locked, so that nobody changes it between reading and signing.
CREATE FUNCTION signature_is_of_the_rows() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM FROM custody_transportsheet WHERE consignment_id = (
        SELECT source_id FROM custody_consignment WHERE id = NEW.consignment_id) FOR NO KEY UPDATE;
    found := sealed_content(NEW.consignment_id, NEW.party);
    IF found IS NULL OR NEW.party <> 'recycler' AND EXISTS (
            SELECT FROM custody_consignment WHERE id = NEW.consignment_id AND parent_id IS NOT NULL) THEN
        RAISE EXCEPTION 'there is nothing yet for the % to sign', NEW.party
            USING ERRCODE = '23514', CONSTRAINT = 'nothing_to_sign';
    END IF;
    IF EXISTS (SELECT FROM custody_return WHERE consignment_id = NEW.consignment_id) THEN
        RAISE EXCEPTION 'the return closed this sheet' USING ERRCODE = '23514', CONSTRAINT = 'sheet_is_closed';
    END IF;
    IF NEW.content NOT IN ('', found) OR NEW.digest NOT IN ('', encode(sha256(convert_to(found, 'UTF8')), 'hex')) THEN
        RAISE EXCEPTION 'something else was signed than what is recorded'
            USING ERRCODE = '23514', CONSTRAINT = 'signature_is_of_the_rows';
    END IF;
    NEW.digest := encode(sha256(convert_to(found, 'UTF8')), 'hex');
    RETURN NEW;
END $$;
CREATE TRIGGER signature_is_of_the_rows BEFORE INSERT ON custody_signature
    FOR EACH ROW EXECUTE FUNCTION signature_is_of_the_rows();

-- Whatever a party signed is sealed: the generator what is handed over, the driver and the recycler all of the sheet.
CREATE FUNCTION sheet_is_sealed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sealed text[] := '{consignment_id,drawn_at}';
BEGIN
    IF EXISTS (SELECT FROM custody_signature WHERE consignment_id = OLD.consignment_id) THEN
        sealed := sealed || '{estimated_g,packages}'::text[];
    END IF;
    IF EXISTS (SELECT FROM custody_signature signature JOIN custody_consignment load ON load.id = signature.consignment_id
               WHERE load.source_id = OLD.consignment_id AND party IN ('driver', 'recycler')) THEN
        sealed := sealed || '{plate,driver_name,remark}'::text[];
    END IF;
    IF EXISTS (SELECT FROM unnest(sealed) AS name WHERE (to_jsonb(NEW) -> name) IS DISTINCT FROM (to_jsonb(OLD) -> name)) THEN
        RAISE EXCEPTION 'what was signed on a transport sheet does not change'
            USING ERRCODE = '23514', CONSTRAINT = 'sheet_is_sealed';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER sealed ON custody_transportsheet;
CREATE TRIGGER sheet_is_sealed BEFORE UPDATE ON custody_transportsheet FOR EACH ROW EXECUTE FUNCTION sheet_is_sealed();
CREATE TRIGGER sealed BEFORE DELETE ON custody_transportsheet FOR EACH ROW EXECUTE FUNCTION refuse_change();
GRANT UPDATE (estimated_g, packages, plate, driver_name, remark) ON custody_transportsheet TO house_app;
"""

BEFORE = """
ALTER TABLE custody_weighing DISABLE TRIGGER sealed;
UPDATE custody_weighing SET certificate_number = scale.certificate_number
FROM registry_scale scale WHERE scale.id = custody_weighing.scale_id;
ALTER TABLE custody_weighing ENABLE TRIGGER sealed;

INSERT INTO custody_signature (id, consignment_id, party, method, organisation_id, signed_by, signer_number,
    certificate_serial, verified_by, digest, content, container, signed_at, recorded_at)
SELECT gen_random_uuid(), load.id, party, method, organisation_id, NULL, '', '', '', '', '', '', signed_at, recorded_at
FROM custody_consignment load JOIN custody_transportsheet sheet ON sheet.consignment_id = load.id, LATERAL (VALUES
    ('generator', 'code', load.generator_id, sheet.drawn_at, sheet.generator_signed_by = 'code'),
    ('driver', 'session', load.collector_id, sheet.drawn_at, true)) AS who (party, method, organisation_id, signed_at, did)
WHERE did
UNION ALL
SELECT gen_random_uuid(), load.id, 'recycler', 'session', load.recycler_id, receipt.received_by, '', '', '', '', '', '',
       receipt.occurred_at, receipt.recorded_at
FROM custody_receipt receipt JOIN custody_consignment load ON load.id = receipt.consignment_id;

INSERT INTO custody_stockorder (weighing_id, organisation_id, mass_g, drawn_on)
SELECT weighing.id, load.collector_id, net_g, (weighing.recorded_at AT TIME ZONE 'Asia/Almaty')::date
FROM custody_weighing weighing JOIN custody_consignment load ON load.id = weighing.consignment_id ORDER BY weighing.id;
"""

PAPERS = """
-- What is weighed was taken over by a driver who signed for it; a stored tare is of the vehicle that stands on the scale.
CREATE FUNCTION weighing_has_its_papers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM custody_signature WHERE consignment_id = NEW.consignment_id AND party = 'driver') THEN
        RAISE EXCEPTION 'a load is weighed when the driver has signed its sheet'
            USING ERRCODE = '23514', CONSTRAINT = 'weighing_needs_signed_sheet';
    END IF;
    IF NEW.stored_tare_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM custody_storedtare tare JOIN custody_consignment load ON load.vehicle_id = tare.vehicle_id
        WHERE tare.id = NEW.stored_tare_id AND load.id = NEW.consignment_id
          AND (tare.tare_g, tare.expires_on) = (NEW.tare_g, NEW.tare_until)) THEN
        RAISE EXCEPTION 'a stored tare is of this vehicle, with its grams and its last day'
            USING ERRCODE = '23514', CONSTRAINT = 'tare_is_the_vehicles';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER weighing_has_its_papers AFTER INSERT ON custody_weighing
    FOR EACH ROW EXECUTE FUNCTION weighing_has_its_papers();

-- The order says what the ticket says, and for whom the load is.
CREATE FUNCTION order_is_the_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM custody_weighing weighing JOIN custody_consignment load ON load.id = weighing.consignment_id
        WHERE weighing.id = NEW.weighing_id AND (weighing.net_g, load.collector_id) = (NEW.mass_g, NEW.organisation_id)) THEN
        RAISE EXCEPTION 'a stock receipt order is of what was weighed'
            USING ERRCODE = '23514', CONSTRAINT = 'order_is_the_ticket';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER order_is_the_ticket AFTER INSERT ON custody_stockorder FOR EACH ROW EXECUTE FUNCTION order_is_the_ticket();

-- Only what was wholly refused goes back, all of it; and a load that is called taken back has the paper of it.
CREATE FUNCTION return_is_of_a_refusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.mass_g IS DISTINCT FROM (SELECT refused_g FROM custody_receipt
                                    WHERE consignment_id = NEW.consignment_id AND accepted_g = 0) THEN
        RAISE EXCEPTION 'only what was wholly refused goes back, to the gram'
            USING ERRCODE = '23514', CONSTRAINT = 'return_is_of_a_refusal';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER return_is_of_a_refusal AFTER INSERT ON custody_return FOR EACH ROW EXECUTE FUNCTION return_is_of_a_refusal();

CREATE FUNCTION taken_back_has_return() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE load uuid := to_jsonb(NEW) ->> CASE TG_TABLE_NAME WHEN 'custody_return' THEN 'consignment_id' ELSE 'id' END;
BEGIN
    IF NOT EXISTS (SELECT FROM custody_return back JOIN custody_consignment row ON row.id = back.consignment_id
                   WHERE row.id = load AND row.state = 'taken_back') THEN
        RAISE EXCEPTION 'a load is taken back with a return' USING ERRCODE = '23514', CONSTRAINT = 'taken_back_has_return';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER taken_back_has_return AFTER INSERT ON custody_return
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION taken_back_has_return();
CREATE CONSTRAINT TRIGGER taken_back_has_return AFTER INSERT OR UPDATE OF state ON custody_consignment
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state = 'taken_back') EXECUTE FUNCTION taken_back_has_return();

-- Evidence is a photo that is there, and its hash is the photo's.
CREATE FUNCTION evidence_is_the_photo() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pickups_upload WHERE id = NEW.upload_id AND sha256 = NEW.sha256 AND state = 'stored') THEN
        RAISE EXCEPTION 'evidence is a stored photo, by its hash'
            USING ERRCODE = '23514', CONSTRAINT = 'evidence_is_the_photo';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER kernel_changed AFTER INSERT ON custody_incident FOR EACH ROW EXECUTE FUNCTION custody_measured();
CREATE TRIGGER evidence_is_the_photo AFTER INSERT ON custody_incidentphoto
    FOR EACH ROW EXECUTE FUNCTION evidence_is_the_photo();
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0010_papers_of_the_way")]
    operations = [
        guard("custody_consignment", "consignment", CONSIGNMENT_STEPS),
        migrations.RunSQL(SEALED + SHEETS + BEFORE, migrations.RunSQL.noop),
        migrations.RemoveField("transportsheet", "generator_signed_by"),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE;" + PAPERS, migrations.RunSQL.noop),
    ]
