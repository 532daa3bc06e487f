from django.db import migrations

TABLES = ("notifications_notice", "cases_deadline", "cases_case")


class Migration(migrations.Migration):
    """What a release adds: a column and an index on each table that the processes at work read and write."""

    dependencies = [
        ("cases", "0008_inbound_mail"),
        ("notifications", "0005_found_by_message"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD COLUMN expanded smallint; CREATE INDEX {table}_expanded ON {table} (expanded)",
            f"ALTER TABLE {table} DROP COLUMN expanded",
        )
        for table in TABLES
    ]
