"""What DATABASE_URL asks of PostgreSQL's library holds, for the platform and the programs that copy its database."""

import psycopg
import pytest
from django.db import connection

from config.copies import postgres
from config.copies.refused import Refused
from config.roles import APP, MIGRATE
from config.settings import base
from tests import cluster

TLS = "sslmode=verify-full&sslrootcert=/etc/opposable/database-ca.crt&target_session_attrs=read-write"


def test_what_an_address_asks_for_is_kept_beside_the_platforms_own() -> None:
    options = base.postgres(f"postgres://opposable_app@db.example/opposable?{TLS}&connect_timeout=8")["OPTIONS"]

    assert options["sslmode"] == "verify-full"
    assert options["sslrootcert"] == "/etc/opposable/database-ca.crt"
    assert options["target_session_attrs"] == "read-write"
    assert (options["connect_timeout"], options["keepalives_idle"]) == (8, 5)
    assert "statement_timeout=10000" in options["options"]


def test_parameters_of_the_server_are_added_and_replace_none_of_ours() -> None:
    options = base.postgres("postgres://opposable_app@db.example/opposable?options=-c%20work_mem%3D8MB")["OPTIONS"]

    assert options["options"].startswith("-c statement_timeout=10000 ")
    assert options["options"].endswith(" -c work_mem=8MB")


def test_the_owner_of_the_tables_may_take_all_the_time_that_a_migration_takes() -> None:
    owner, application = (
        base.postgres(f"postgres://{role}@db.example/opposable")["OPTIONS"] for role in (MIGRATE, APP)
    )

    assert "statement_timeout=0" in owner["options"]
    assert "statement_timeout=10000" in application["options"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_a_copy_asks_for_tls_where_the_address_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The suite's server has none: a program that was not told would copy in plain."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "sslmode", "require")

    with pytest.raises(Refused, match="SSL was required"):
        list(postgres.PostgresSource("00000003-00000001-1").dump())


@pytest.mark.postgres
def test_a_database_elsewhere_is_believed_by_its_own_root_alone() -> None:
    with cluster.scratch_folder(owner=cluster.SUPERUSER) as folder:
        ours, other = (cluster.certificate(folder, name, owner=cluster.SUPERUSER) for name in ("ours", "other"))
        files = {"ssl_cert_file": f"{ours}.crt", "ssl_key_file": f"{ours}.key"}
        with cluster.postgres({"ssl": "on"} | files) as server:
            address = f"{server.url(APP, database='postgres')}?sslmode=verify-full&sslrootcert="

            assert _is_encrypted(f"{address}{ours}.crt")
            with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
                _is_encrypted(f"{address}{other}.crt")
            with pytest.raises(psycopg.OperationalError, match="does not match host name"):
                _is_encrypted(f"{address}{ours}.crt".replace("127.0.0.1", "localhost"))


def _is_encrypted(url: str) -> bool:
    """Whether a connection that is opened as the platform opens its own has TLS."""
    given = base.postgres(url)
    where = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"], "dbname": given["NAME"]}
    options = {name: value for name, value in given["OPTIONS"].items() if name in {"sslmode", "sslrootcert"}}
    with psycopg.connect(**where, **options) as opened:
        [has_tls] = opened.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() or [False]
    return bool(has_tls)
