"""The worker's part: claim a deposit, have it scanned and analysed in its box, and say how it ended.

Rows are the queue: any number of processes drain it, and one that dies leaves a lease that runs out. Nothing of this
runs in a web process, nor inside a transaction.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts import scope
from accounts.access import active_associations
from vault.actions.antechamber import end, get, key_of, lasts, put
from vault.actions.leasing import LEASE, held
from vault.actions.running import Run
from vault.box import antivirus, keys
from vault.box.antechamber import ANALYSIS
from vault.box.antivirus import Verdict
from vault.models import Deposit, DepositState
from vault.models.deposit import MAX_TRIES
from vault.redaction import pipeline
from vault.redaction.pipeline import Analysis
from vault.rules.refusals import Code, Refused

AGAIN_AFTER = timedelta(seconds=30)
# Of one document's pages, as pictures: each look at one of them has them all in memory.
MOST_BYTES = 200 * 1024 * 1024

log = logging.getLogger(__name__)


def analyse_waiting(*, at: datetime) -> int:
    """Door: analyse what waits in every association, one of each in turn; how many were taken up.

    Call it outside transactions. Ends when nothing waits or when the run is over; what is left is the next call's.
    """
    run, taken = Run(at), 0
    while not run.is_over:
        done = sum(_analyse_next(run, association.pk) for association in active_associations())
        taken += done
        if not done:
            break
    return taken


def _analyse_next(run: Run, association_id: int) -> int:
    with scope.enter(association_id):
        deposit = _claim(run)
    if deposit is None:
        return 0
    try:
        with held(deposit, run):
            _analyse(run, deposit)
    except Refused as refusal:
        _refuse(run, deposit, refusal.code)
    except keys.KeyGone:
        _end(run, deposit, state=DepositState.EXPIRED, code=Code.NOT_ANALYSED)
    except keys.KeysAway as away:
        log.warning("deposit %s waits: the antechamber's keys are away: %s", deposit.pk, away)
        _put_back(run, deposit)
    except Exception as error:  # noqa: BLE001  a poison file must not stop the others
        log.warning("deposit %s: its analysis failed, try %s: %s", deposit.pk, deposit.tries, type(error).__name__)
        _refuse(run, deposit, Code.ANALYSIS)
    return 1


def _claim(run: Run) -> Deposit | None:
    """Take a lease on the next one, by a conditional UPDATE. A try counts from here: the file may kill the process."""
    now = run.now
    _bury_worn(now)
    for deposit in Deposit.objects.all().to_analyse(now)[:10]:
        same = Deposit.objects.all().free(now).filter(pk=deposit.pk, state=deposit.state, tries=deposit.tries)
        lease = now + LEASE
        if same.update(state=DepositState.ANALYSING, lease_until=lease, tries=F("tries") + 1, code=""):
            deposit.refresh_from_db()
            return deposit
    return None


def _bury_worn(now: datetime) -> None:
    """Whose last try never ended: the process died of it, or the box did."""
    worn = Deposit.objects.all().free(now).filter(state=DepositState.ANALYSING, tries__gte=MAX_TRIES)
    for deposit in worn.order_by("pk"):
        end(deposit, state=DepositState.REFUSED, at=now, code=Code.ANALYSIS, tries=deposit.tries, lease_until__lte=now)


def _analyse(run: Run, deposit: Deposit) -> None:
    key = key_of(deposit)
    parts = [b"".join(get(deposit, name, key=key) for name, _ in part) for part in deposit.pieces]
    if not _is_scanned(run, deposit, parts):
        return
    analysis = pipeline.analyse(parts, walls=settings.VAULT_ISOLATION)
    packed = analysis.pack()
    if len(packed) > MOST_BYTES:
        raise Refused(Code.TOO_LONG)
    keys.store().renew(deposit.file_id, lasts=lasts(deposit))
    _show(run, deposit, analysis, packed=packed, key=key)


def _is_scanned(run: Run, deposit: Deposit, parts: list[bytes]) -> bool:
    """False when the scanner is away: then the deposit is locked, and tried again until it expires. Raises Refused."""
    for part in parts:
        verdict = antivirus.scan(part)
        if verdict is Verdict.INFECTED:
            raise Refused(Code.VIRUS)
        if verdict is not Verdict.CLEAN:
            _put_back(run, deposit, code=Code.ANTIVIRUS_AWAY)
            return False
    return True


def _show(run: Run, deposit: Deposit, analysis: Analysis, *, packed: bytes, key: bytes) -> None:
    """Keep the pages, and let the person see them, for a while from now.

    The row is locked while its blob is written: whoever lost the lease, or worked on what was destroyed meanwhile,
    finds so before, and never writes over the pages of another.
    """
    with scope.enter(deposit.association_id), transaction.atomic():
        ours = Deposit.objects.filter(pk=deposit.pk, tries=deposit.tries, state=DepositState.ANALYSING)
        if ours.select_for_update(of=("self",)).first() is None:
            return
        put(deposit, ANALYSIS, packed, key=key)
        ours.update(
            state=DepositState.TO_CONFIRM,
            pages=len(analysis.pages),
            found=[zone.to_json() for zone in analysis.found],
            expires_at=run.now + lasts(deposit),
            lease_until=None,
            tries=0,
        )


def _refuse(run: Run, deposit: Deposit, code: Code) -> None:
    """A failed analysis is tried once more; everything else is a verdict."""
    if code is Code.ANALYSIS and deposit.tries < MAX_TRIES:
        _put_back(run, deposit, keeps_try=True)
        return
    state = DepositState.TO_REVIEW if code is Code.TO_REVIEW else DepositState.REFUSED
    _end(run, deposit, state=state, code=code)


def _put_back(run: Run, deposit: Deposit, *, code: Code | None = None, keeps_try: bool = False) -> None:
    """Wait for another try; what was not the file's fault costs it none."""
    with scope.enter(deposit.association_id):
        ours = Deposit.objects.filter(pk=deposit.pk, tries=deposit.tries, state=DepositState.ANALYSING)
        ours.update(
            state=DepositState.RECEIVED,
            code=code or "",
            lease_until=None if keeps_try else run.now + AGAIN_AFTER,
            tries=deposit.tries if keeps_try else deposit.tries - 1,
        )


def _end(run: Run, deposit: Deposit, *, state: DepositState, code: Code) -> None:
    with scope.enter(deposit.association_id):
        end(deposit, state=state, at=run.now, code=code, tries=deposit.tries)
