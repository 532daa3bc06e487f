from django.db import migrations

from accounts.scope.walls import OnPostgres


class Migration(migrations.Migration):
    """What operators ask of every association at once: counts, instants, and one root key of each master key."""

    dependencies = [
        ("accounts", "0002_job_runs"),
    ]

    operations = [
        OnPostgres(
            "CREATE FUNCTION accounts_unchained() RETURNS TABLE(entries bigint, oldest timestamptz) "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT count(*), min(e.at) FROM public.accounts_auditentry e WHERE e.hash = '' $$",
            "DROP FUNCTION accounts_unchained()",
        ),
        OnPostgres(
            "CREATE FUNCTION accounts_root_of_each_kek() RETURNS TABLE(association_id bigint, subject uuid) "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT DISTINCT ON (k.kek_id) k.association_id, k.subject FROM public.accounts_datakey k "
            "WHERE k.kind IN ('association', 'instance') ORDER BY k.kek_id, k.subject $$",
            "DROP FUNCTION accounts_root_of_each_kek()",
        ),
    ]
