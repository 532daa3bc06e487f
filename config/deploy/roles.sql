-- The four roles of the database server. Run as a superuser, once; running it again changes nothing.
-- No password stands here: the caller sets them (see docs/how-to/install.md).
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY ARRAY['opposable_migrate', 'opposable_app', 'opposable_purge', 'opposable_stats'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I', role);
        END IF;
    END LOOP;
END
$$;

-- Owns the tables: migrations and backups. BYPASSRLS, or a data migration and pg_dump would see no row at all.
ALTER ROLE opposable_migrate LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB BYPASSRLS;
ALTER ROLE opposable_migrate SET lock_timeout = '5s';

-- Web and workers: rows only, and only those of the association in scope.
ALTER ROLE opposable_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;
ALTER ROLE opposable_app SET statement_timeout = '10s';
ALTER ROLE opposable_app SET max_parallel_workers_per_gather = 0;

-- Erasure jobs only, never the web.
ALTER ROLE opposable_purge LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;

-- Reads the observatory's tables and nothing else.
ALTER ROLE opposable_stats LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOBYPASSRLS;
ALTER ROLE opposable_stats SET default_transaction_read_only = on;
