"""Sealed files and the antechamber in a bucket, of a real S3 server on loopback: only ciphertext leaves."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import boto3
import pytest
from django.core.files.storage import default_storage
from moto.server import ThreadedMotoServer

from accounts import scope
from accounts.actions import destroy_keys
from accounts.fields import KeyDestroyed, forget_keys
from accounts.models import Association, User
from tests.vault import samples
from tests.vault.standin import Engine
from tests.vault.waiting import Counter
from vault import access, actions
from vault.models import SealedFile
from vault.redaction.pipeline import Rebuilt

pytestmark = pytest.mark.django_db(transaction=True)
BUCKET = "sealed"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"http://{host}:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("SEALED_S3_BUCKET", BUCKET)
    monkeypatch.setenv("SEALED_S3_ENDPOINT", server)
    monkeypatch.setenv("SEALED_S3_REGION", "us-east-1")
    monkeypatch.setenv("SEALED_S3_ACCESS_KEY", "made-up")
    monkeypatch.setenv("SEALED_S3_SECRET_KEY", "made-up")
    from config.settings.base import sealed_storage

    settings.STORAGES = settings.STORAGES | {"default": sealed_storage()}
    made = boto3.resource(
        "s3", endpoint_url=server, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    ).create_bucket(Bucket=BUCKET)
    yield made
    made.objects.all().delete()


@pytest.fixture
def counter(association: Association, member: User, engine: Engine, now: Any, bucket: Any, store: Any) -> Counter:
    return Counter.open(association, member, at=now, store=store)


def bytes_in(bucket: Any) -> dict[str, bytes]:
    return {one.key: one.get()["Body"].read() for one in bucket.objects.all()}


def sealed(counter: Counter) -> SealedFile:
    with scope.enter(counter.association.pk):
        return actions.keep(
            Rebuilt(samples.pdf(samples.NIR), b"pixels", ()),
            subject=counter.subject,
            file_id=uuid4(),
            at=counter.at,
        )


def test_a_deposit_passes_through_it(counter: Counter, bucket: Any) -> None:
    deposit = counter.shown(samples.NIR, b"x" * 200_000)

    assert {key.rpartition("/")[0] for key in bytes_in(bucket)} == {deposit.folder}
    assert [key for key, content in bytes_in(bucket).items() if samples.NIR in content] == []
    assert access.page_before(deposit, 1).endswith(samples.NIR)
    with scope.enter(counter.association.pk):
        assert actions.discard(deposit, at=counter.at)
    assert bytes_in(bucket) == {}


def test_what_is_sealed_is_read_verified_and_dies_with_its_key(counter: Counter, bucket: Any) -> None:
    kept = sealed(counter)

    assert list(bytes_in(bucket)) == [kept.stored_name]
    assert samples.NIR not in bytes_in(bucket)[kept.stored_name]
    with scope.enter(counter.association.pk):
        assert b"".join(access.open_plain(kept)) == samples.pdf(samples.NIR)
    assert access.verify().is_sound

    with scope.enter(counter.association.pk):
        destroy_keys([counter.subject])
        forget_keys()
        with pytest.raises(KeyDestroyed):
            access.open_plain(kept)
    assert access.verify().is_sound


def test_what_was_changed_or_lost_there_is_told(counter: Counter, bucket: Any) -> None:
    kept = sealed(counter)
    bucket.Object(kept.stored_name).put(Body=b"changed")
    assert access.verify().damaged == [kept.pk]

    bucket.Object(kept.stored_name).delete()

    assert access.verify().missing == [kept.pk]
    with scope.enter(counter.association.pk), pytest.raises(access.BlobMissing):
        access.open_plain(kept)


def test_orphans_there_are_swept_after_a_day(counter: Counter, bucket: Any) -> None:
    kept = sealed(counter)
    orphans = [f"{counter.association.pk}/ab/abcd", "sas/abcd/ef"]
    for name in orphans:
        bucket.Object(name).put(Body=b"no row")
    written = default_storage.get_modified_time(orphans[0])

    assert actions.sweep_orphans(now=written + timedelta(hours=23)) == 0
    assert actions.sweep_orphans(now=written + timedelta(hours=25)) == 2

    assert list(bytes_in(bucket)) == [kept.stored_name]
