from django.db import migrations

from accounts.scope.walls import OnPostgres


class Migration(migrations.Migration):
    """What operators ask of every association's deposits at once: counts and instants."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("vault", "0004_only_rebuilt_files"),
    ]

    operations = [
        OnPostgres(
            "CREATE FUNCTION vault_under_way() RETURNS TABLE(state text, deposits bigint, oldest timestamptz) "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT CASE WHEN d.confirmed_at IS NULL THEN d.state::text ELSE 'CONFIRME' END, count(*), "
            "min(coalesce(d.confirmed_at, d.created_at)) FROM public.vault_deposit d "
            "WHERE d.state IN ('OUVERT', 'RECU', 'ANALYSE', 'A_CONFIRMER') GROUP BY 1 $$",
            "DROP FUNCTION vault_under_way()",
        ),
    ]
