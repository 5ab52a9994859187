"""Who calls, asked at every request: a function, so that each connection plans the four-table join once."""

from django.db import migrations

SESSION_ACTOR = """
CREATE FUNCTION session_actor(
    a_session uuid, OUT user_id uuid, OUT organisation_id uuid, OUT role text
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    SELECT u.id, m.organisation_id, m.role INTO user_id, organisation_id, role
    FROM accounts_session s
    JOIN accounts_user u ON u.id = s.user_id AND u.suspended_at IS NULL
    LEFT JOIN (accounts_membership m
               JOIN accounts_organisation o ON o.id = m.organisation_id AND o.suspended_at IS NULL)
        ON m.id = s.membership_id AND m.removed_at IS NULL
    WHERE s.id = a_session AND s.revoked_at IS NULL AND s.expires_at > house_clock();
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(SESSION_ACTOR, "DROP FUNCTION session_actor(uuid);")]
