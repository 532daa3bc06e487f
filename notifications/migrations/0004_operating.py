from django.db import migrations

from accounts.scope.walls import OnPostgres


class Migration(migrations.Migration):
    """What operators ask of every association's outbox at once: counts and instants."""

    dependencies = [
        ("accounts", "0001_initial"),
        ("notifications", "0003_mail_choices"),
    ]

    operations = [
        OnPostgres(
            "CREATE FUNCTION notifications_outbox(moment timestamptz) RETURNS TABLE(association_id bigint, state text, notices bigint, oldest_due timestamptz) "
            "LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$ "
            "SELECT n.association_id, n.state::text, count(*), min(n.next_try_at) FILTER ( "
            "WHERE (n.state = 'waiting' AND n.next_try_at <= moment) OR (n.state = 'sending' AND n.lease_until < moment)) "
            "FROM public.notifications_notice n JOIN public.accounts_association a ON a.id = n.association_id "
            "WHERE a.is_active AND n.state IN ('waiting', 'sending', 'dead') AND n.answered_at IS NULL "
            "AND NOT (n.state = 'dead' AND n.kind IN ('digest_member', 'digest_team')) GROUP BY 1, 2 $$",
            "DROP FUNCTION notifications_outbox(timestamptz)",
        ),
    ]
