"""A line whose rate changed afterwards is taken back and stands again as a later edition: one after another, none left out."""

from django.db import migrations, models

FOLLOWS = """
CREATE FUNCTION line_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.edition > 1 AND NOT EXISTS (
        SELECT FROM payouts_accrualline earlier
        WHERE earlier.fact_id = NEW.fact_id AND earlier.stage = NEW.stage AND earlier.edition = NEW.edition - 1
          AND (NEW.reverses_id = earlier.id OR NEW.reverses_id IS NULL AND earlier.reverses_id IS NOT NULL)) THEN
        RAISE EXCEPTION 'edition % of a line must take back, or follow the taking back of, the one before', NEW.edition
            USING ERRCODE = '23514', CONSTRAINT = 'line_follows';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER line_follows BEFORE INSERT ON payouts_accrualline FOR EACH ROW WHEN (NEW.edition > 1)
    EXECUTE FUNCTION line_follows();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('contracts', '0007_applications_and_days_begun'),
        ('custody', '0005_lots_of_sales'),
        ('payouts', '0005_what_account_it_was_sent_from'),
        ('waste', '0002_yield_bands'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='accrualline',
            name='accrued_once',
        ),
        migrations.AddField(
            model_name='accrualline',
            name='edition',
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        ),
        migrations.AddConstraint(
            model_name='accrualline',
            constraint=models.UniqueConstraint(fields=('fact', 'stage', 'edition'), name='accrued_once'),
        ),
        migrations.RunSQL(FOLLOWS, "DROP FUNCTION line_follows() CASCADE"),
    ]
