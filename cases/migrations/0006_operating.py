from django.db import migrations

from accounts.scope.walls import OnPostgres


class Migration(migrations.Migration):
    """What operators ask of every association's cases at once: counts and an instant."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("cases", "0005_evidence"),
    ]

    operations = [
        OnPostgres(
            "CREATE FUNCTION cases_overdue(today date) RETURNS bigint "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT count(*) FROM public.cases_deadline d JOIN public.cases_case c ON c.id = d.case_id "
            "JOIN public.accounts_association a ON a.id = d.association_id "
            "WHERE a.is_active AND d.met_on IS NULL AND d.void_on IS NULL AND c.closed_on IS NULL "
            "AND ((d.missed_on IS NULL AND d.due < today AND d.bound <> 'info') "
            "OR (d.decision IN ('keep_waiting', 'remind') AND d.answered_on <= today - 14)) "
            "AND NOT (d.bound = 'addressee' AND EXISTS (SELECT FROM public.cases_justificatif j "
            "WHERE j.case_id = d.case_id AND j.accepted IS NULL AND j.received_on <= d.due)) $$",
            "DROP FUNCTION cases_overdue(date)",
        ),
        OnPostgres(
            "CREATE FUNCTION cases_unchained() RETURNS TABLE(events bigint, oldest timestamptz) "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT count(*), min(e.at) FROM public.cases_caseevent e "
            "JOIN public.accounts_association a ON a.id = e.association_id WHERE a.is_active AND e.hash = '' $$",
            "DROP FUNCTION cases_unchained()",
        ),
    ]
