-- Run once per database by a superuser (psql -d balai -v app=balai -f bootstrap.sql); the embedded server does it by itself.
--
-- The audit trail belongs to a role that nobody can log in as, so that the application's own role can add rows to it
-- and read them, and nothing else. balai_seal_audit() hands the tables over; the audit's first migration calls it.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'balai_audit') THEN
        CREATE ROLE balai_audit NOLOGIN;
    END IF;
END $$;

CREATE OR REPLACE FUNCTION public.balai_seal_audit() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    ALTER TABLE public.audit_entry OWNER TO balai_audit;
    ALTER TABLE public.audit_head OWNER TO balai_audit;
    ALTER FUNCTION public.audit_digest(bytea, public.audit_entry) OWNER TO balai_audit;
    ALTER FUNCTION public.audit_chain() OWNER TO balai_audit;
    ALTER FUNCTION public.audit_refuse() OWNER TO balai_audit;
    -- Whoever owns a schema may drop what is in it.
    ALTER SCHEMA public OWNER TO balai_audit;
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA public TO %I', session_user);
    REVOKE ALL ON public.audit_entry, public.audit_head FROM PUBLIC;
    EXECUTE format('GRANT SELECT, INSERT ON public.audit_entry TO %I', session_user);
    EXECUTE format('GRANT SELECT ON public.audit_head TO %I', session_user);
    GRANT EXECUTE ON FUNCTION public.audit_digest(bytea, public.audit_entry) TO PUBLIC;
END $$;

REVOKE ALL ON FUNCTION public.balai_seal_audit() FROM PUBLIC;
