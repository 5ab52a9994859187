"""Who calls and what they have proven, asked at every request. The older function stays for workers of the version before."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SESSION_SEEN = """
CREATE FUNCTION session_seen(
    a_session uuid, OUT user_id uuid, OUT organisation_id uuid, OUT role text, OUT enrolled boolean, OUT passed boolean,
    OUT fresh boolean
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    SELECT u.id, m.organisation_id, m.role, f.confirmed_at IS NOT NULL, s.second_factor_at IS NOT NULL,
           coalesce(s.second_factor_at > house_clock() - interval '15 minutes', false)
    INTO user_id, organisation_id, role, enrolled, passed, fresh
    FROM accounts_session s
    JOIN accounts_user u ON u.id = s.user_id AND u.suspended_at IS NULL
    LEFT JOIN (accounts_membership m
               JOIN accounts_organisation o ON o.id = m.organisation_id AND o.suspended_at IS NULL)
        ON m.id = s.membership_id AND m.removed_at IS NULL
    LEFT JOIN accounts_secondfactor f ON f.user_id = s.user_id
    WHERE s.id = a_session AND s.revoked_at IS NULL AND s.expires_at > house_clock();
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_row_history'),
    ]

    operations = [
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('user', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('secret', models.BinaryField(max_length=200)),
                ('created_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('last_step', models.BigIntegerField(default=0)),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('tries_from', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='session',
            name='second_factor_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.CreateModel(
            name='RecoveryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code_hash', models.BinaryField(max_length=32, unique=True)),
                ('used_at', models.DateTimeField(null=True)),
                ('factor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='accounts.secondfactor')),
            ],
        ),
        migrations.RunSQL(SESSION_SEEN, "DROP FUNCTION session_seen(uuid);"),
    ]
