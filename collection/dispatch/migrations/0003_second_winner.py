"""A job given back frees its offer's place for the next winner; reserving is one round trip."""

from django.db import migrations

from collection.audit.lifecycle import guard
from collection.dispatch.states import OFFER_STEPS

RESERVE = """
-- The rows that bound the mass are locked before their allotments are summed. Each statement of a VOLATILE function sees
-- what was committed before it began, so of two accepts that meet here the second counts what the first took; in one
-- plain statement it would not. Locks are taken in key order, after those of pickup and offers.
CREATE FUNCTION dispatch_reserve(
    a_pickup uuid, contracts uuid[], a_facility uuid, a_category text, mass bigint, a_month date, at timestamptz
) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
DECLARE bounded int;
BEGIN
    PERFORM FROM contracts_contractcategory q WHERE q.contract_id = ANY (contracts) AND q.category_id = a_category
        ORDER BY q.id FOR NO KEY UPDATE;
    GET DIAGNOSTICS bounded = ROW_COUNT;
    PERFORM FROM registry_facilitycapacity c WHERE c.facility_id = a_facility AND c.category_id = a_category
        FOR NO KEY UPDATE;
    IF bounded < (SELECT count(DISTINCT one) FROM unnest(contracts) one WHERE one IS NOT NULL)
    OR EXISTS (
        SELECT FROM contracts_contractcategory q WHERE q.contract_id = ANY (contracts) AND q.category_id = a_category
        AND q.quota_g - mass < (SELECT coalesce(sum(used.amount), 0) FROM contracts_allotment used
            WHERE used.of = 'quota' AND used.contract_id = q.contract_id AND used.category_id = a_category))
    OR EXISTS (
        SELECT FROM registry_facilitycapacity c WHERE c.facility_id = a_facility AND c.category_id = a_category
        AND c.monthly_g - mass < (SELECT coalesce(sum(used.amount), 0) FROM contracts_allotment used
            WHERE used.of = 'capacity' AND used.facility_id = a_facility AND used.category_id = a_category
            AND used.month = a_month))
    THEN RETURN false; END IF;
    INSERT INTO contracts_allotment (of, contract_id, facility_id, category_id, month, amount, why, object_id, at)
        SELECT 'quota', q.contract_id, NULL::uuid, a_category, NULL::date, mass, 'accepted', a_pickup, dispatch_reserve.at
            FROM contracts_contractcategory q WHERE q.contract_id = ANY (contracts) AND q.category_id = a_category
        UNION ALL
        SELECT 'capacity', NULL, c.facility_id, a_category, a_month, mass, 'accepted', a_pickup, dispatch_reserve.at
            FROM registry_facilitycapacity c WHERE c.facility_id = a_facility AND c.category_id = a_category;
    RETURN true;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("dispatch", "0002_witness"), ("contracts", "0002_witness"), ("registry", "0001_initial")]
    operations = [
        guard("dispatch_offer", "offer", OFFER_STEPS),
        migrations.RunSQL(
            RESERVE, "DROP FUNCTION dispatch_reserve(uuid, uuid[], uuid, text, bigint, date, timestamptz)"),
    ]
