"""A grouping of many loads is added up once for each statement that adds members, not once for each member."""

from django.db import migrations

COUNTED = """
DROP TRIGGER grouping_is_its_members ON custody_groupingmember;
DROP TRIGGER grouping_is_its_members ON custody_grouping;

CREATE OR REPLACE FUNCTION grouping_is_its_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(mass_g) FROM custody_groupingmember WHERE grouping_id = NEW.id) IS DISTINCT FROM NEW.mass_g THEN
        RAISE EXCEPTION 'a grouping must be the sum of its members'
            USING ERRCODE = '23514', CONSTRAINT = 'grouping_is_its_members';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER grouping_is_its_members AFTER INSERT ON custody_grouping
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION grouping_is_its_members();

-- Each member with its whole mass, of one category and collector, bound for one plant; never more than the grouping.
CREATE FUNCTION members_are_the_groupings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM joined member JOIN custody_consignment load ON load.id = member.consignment_id
        JOIN custody_grouping whole ON whole.id = member.grouping_id
        WHERE (member.mass_g, load.category_id, load.recycler_contract_id, load.collector_id)
            IS DISTINCT FROM (net_of(load.id), whole.category_id, whole.recycler_contract_id, whole.collector_id)
    ) OR EXISTS (
        SELECT FROM custody_grouping whole WHERE whole.id IN (SELECT grouping_id FROM joined)
          AND whole.mass_g < (SELECT sum(mass_g) FROM custody_groupingmember WHERE grouping_id = whole.id)
    ) THEN
        RAISE EXCEPTION 'a grouping must be the sum of its members'
            USING ERRCODE = '23514', CONSTRAINT = 'grouping_is_its_members';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER members_are_the_groupings AFTER INSERT ON custody_groupingmember
    REFERENCING NEW TABLE AS joined FOR EACH STATEMENT EXECUTE FUNCTION members_are_the_groupings();
"""


class Migration(migrations.Migration):
    dependencies = [("custody", "0007_feed")]
    operations = [migrations.RunSQL(COUNTED, migrations.RunSQL.noop)]
