-- What each role may do inside one database. Run as opposable_migrate, which owns the database, before the first
-- migration and after each one; running it again changes nothing.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO opposable_app, opposable_purge, opposable_stats;

ALTER DEFAULT PRIVILEGES FOR ROLE opposable_migrate IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO opposable_app, opposable_purge;
ALTER DEFAULT PRIVILEGES FOR ROLE opposable_migrate IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO opposable_app, opposable_purge;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO opposable_app, opposable_purge;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO opposable_app, opposable_purge;

DO $$
DECLARE
    name text;
BEGIN
    -- Figures, not persons: releases, their files and the ledger; never events, plans or who was counted.
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM opposable_stats;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public'
        AND tablename IN ('observatory_release', 'observatory_releasefile', 'observatory_ledgerline')
    LOOP
        EXECUTE format('GRANT SELECT ON TABLE public.%I TO opposable_stats', name);
    END LOOP;
    -- Which migrations were applied is the owner's to write; the application reads it for its readiness.
    IF to_regclass('public.django_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON TABLE public.django_migrations FROM opposable_app, opposable_purge;
    END IF;
    -- Written once: nobody deletes a line, and of the chained ones only place and hash are filled, later and once.
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN
        ('accounts_auditentry', 'cases_caseevent', 'cases_purgeline', 'observatory_ledgerline', 'observatory_releasefile')
    LOOP
        EXECUTE format('REVOKE UPDATE, DELETE ON TABLE public.%I FROM opposable_app, opposable_purge', name);
    END LOOP;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename IN
        ('accounts_auditentry', 'cases_caseevent')
    LOOP
        EXECUTE format('GRANT UPDATE (place, hash) ON TABLE public.%I TO opposable_app, opposable_purge', name);
    END LOOP;
    -- But the journal of an erased case goes with it, by the job that empties rows; a trigger looks at each one.
    IF to_regclass('public.cases_caseevent') IS NOT NULL THEN
        GRANT DELETE ON TABLE public.cases_caseevent TO opposable_purge;
    END IF;
    IF to_regclass('public.observatory_release') IS NOT NULL THEN
        REVOKE DELETE ON TABLE public.observatory_release FROM opposable_app, opposable_purge;
    END IF;
END
$$;
