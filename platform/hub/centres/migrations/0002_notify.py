"""Tell every process that a centre or a domain has changed, in the transaction that changes it: see hosts.py."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION centres_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('balai_centres', '');
    RETURN NULL;
END $$;
CREATE TRIGGER centres_changed
    AFTER INSERT OR DELETE OR UPDATE OF code, schema_name, slug, name, state, state_reason, is_demo
    ON centres_centre FOR EACH STATEMENT EXECUTE FUNCTION centres_notify();
CREATE TRIGGER domains_changed
    AFTER INSERT OR DELETE OR UPDATE ON centres_domain FOR EACH STATEMENT EXECUTE FUNCTION centres_notify();
"""

BACKWARDS = """
DROP TRIGGER domains_changed ON centres_domain;
DROP TRIGGER centres_changed ON centres_centre;
DROP FUNCTION centres_notify();
"""


class Migration(migrations.Migration):
    dependencies = [("centres", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
