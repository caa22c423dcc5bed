"""Published rules are what centres applied by: nobody changes them, not by hand either."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION programmes_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Published rules do not change.' USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER rules_stay BEFORE UPDATE ON programmes_ruleversion FOR EACH ROW EXECUTE FUNCTION programmes_refuse();
"""

BACKWARDS = """
DROP TRIGGER rules_stay ON programmes_ruleversion;
DROP FUNCTION programmes_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("programmes", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
