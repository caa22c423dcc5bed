"""Number and chain every entry, refuse any change, and hand the tables to a role that nobody can be."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION audit_digest(previous bytea, entry audit_entry) RETURNS bytea
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT sha256(previous || convert_to((to_jsonb(entry) - 'id' - 'hash' - 'previous_hash')::text, 'UTF8'))
$$;

CREATE FUNCTION audit_chain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE head public.audit_head;
BEGIN
    INSERT INTO public.audit_head (chain, number, hash) VALUES (NEW.chain, 0, ''::bytea) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM public.audit_head WHERE chain = NEW.chain FOR UPDATE;
    NEW.number := head.number + 1;
    NEW.previous_hash := head.hash;
    NEW.hash := public.audit_digest(head.hash, NEW);
    UPDATE public.audit_head SET number = NEW.number, hash = NEW.hash WHERE chain = NEW.chain;
    RETURN NEW;
END $$;

CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit trail is append-only.' USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER audit_chained BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_whole BEFORE TRUNCATE ON audit_entry FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();

DO $$
BEGIN
    -- infra/postgres/bootstrap.sql made this function, if a superuser ran it.
    IF to_regprocedure('public.balai_seal_audit()') IS NOT NULL
        AND has_function_privilege('public.balai_seal_audit()', 'EXECUTE') THEN
        PERFORM public.balai_seal_audit();
    END IF;
END $$;
"""

BACKWARDS = """
DROP TRIGGER audit_whole ON audit_entry;
DROP TRIGGER audit_kept ON audit_entry;
DROP TRIGGER audit_chained ON audit_entry;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_chain();
DROP FUNCTION audit_digest(bytea, audit_entry);
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
