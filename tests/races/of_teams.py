"""The transitions of teams, sessions, tokens, alerts; of releases, deposits and notices."""

from collections.abc import Callable
from datetime import date
from uuid import uuid4

from django.core.files.storage import default_storage

import notifications.actions
import observatory.actions
import vault.actions
from accounts import actions, scope
from accounts.models import ApiToken, Association, AuditEntry, FactorReset, Invitation, Membership, SignIn
from accounts.rules.audit import AuditKind
from accounts.rules.roles import Role
from accounts.rules.tokens import TokenScope
from cases.tallies import campaigns
from notifications.models import Notice, NoticeState
from observatory.models import Release, StatPlan
from tests import deposits, factories
from tests.races.racing import Load, Race, World, on
from vault.models import Deposit

# Teams


def _invitation(world: World) -> int:
    invitation, _ = factories.make_invitation(world.association, by=world.by.user, at=world.now)
    return int(invitation.pk)


def _accepted(world: World) -> Load:
    return on(
        Invitation,
        _invitation(world),
        lambda row: actions.accept_invitation(row, password=factories.PASSWORD, name="Camille", at=world.now),
        "invited_by",
    )


def _revoked(world: World) -> Load:
    return on(
        Invitation,
        _invitation(world),
        lambda row: actions.revoke_invitation(row, by=world.by.user, at=world.now),
    )


def _gone(world: World) -> Load:
    gone = factories.make_membership(world.association, Role.VOLUNTEER)
    return on(
        Membership,
        gone.pk,
        lambda row: actions.revoke_membership(row, by=world.by.user, at=world.now),
        "user",
        "association",
    )


def _roles(world: World) -> Load:
    one = factories.make_membership(world.association, Role.VOLUNTEER)

    return on(
        Membership,
        one.pk,
        lambda row: actions.change_roles(row, roles=[Role.REFERENT], by=world.by.user, at=world.now) is None,
        "user",
        "association",
    )


def _sees_all(world: World) -> Load:
    on_now = not Association.objects.get(pk=world.association.pk).team_sees_all
    return on(
        Association,
        world.association.pk,
        lambda row: actions.set_team_sees_all(row, on=on_now, by=world.by.user, at=world.now),
    )


def _window(world: World) -> Load:
    opens = (Association.objects.get(pk=world.association.pk).sends_from + 1) % 12
    return on(
        Association,
        world.association.pk,
        lambda row: actions.set_send_window(
            row, opens=opens, closes=20, weekdays=range(7), by=world.by.user, at=world.now
        ),
    )


# Lost factors, sessions, tokens, alerts


def _lost(world: World) -> Membership:
    return factories.make_membership(world.association, Role.VOLUNTEER)


def _asked_reset(world: World) -> Load:
    return on(
        Membership,
        _lost(world).pk,
        lambda row: actions.ask_reset(row, by=world.by.user, at=world.now),
        "user",
        "association",
    )


def _reset(world: World) -> int:
    with scope.enter(world.association.pk):
        return int(actions.ask_reset(_lost(world), by=world.by.user, at=world.now).pk)


def _approved_reset(world: World) -> Load:
    by = world.team[1].user
    return on(
        FactorReset,
        _reset(world),
        lambda row: actions.approve_reset(row, by=by, at=world.now),
        "membership",
        "asked_by",
    )


def _cancelled_reset(world: World) -> Load:
    by = world.team[1].user
    return on(FactorReset, _reset(world), lambda row: actions.cancel_reset(row, by=by, at=world.now))


def _code(world: World) -> Load:
    row, code = actions.ask_code(factories.make_user(password=None), at=world.now)
    return lambda: lambda: actions.check_code(row.pk, typed=code, at=world.now)


def _sign_out(world: World) -> Load:
    row = factories.make_sign_in(world.by.user, at=world.now, association=world.association)
    return on(SignIn, row.pk, lambda fresh: actions.sign_out_of(fresh, at=world.now), "user")


def _new_token(world: World) -> Load:
    form = uuid4()
    return on(
        Membership,
        world.by.pk,
        lambda row: actions.create_token(
            row, label="Bilan", scopes=[TokenScope.CASES_READ], networks=[], days=9, at=world.now, form=form
        ),
        "user",
    )


def _token(world: World) -> Load:
    token, _ = factories.make_token(world.by, at=world.now)
    return on(ApiToken, token.pk, lambda row: actions.revoke_token(row, by=world.by.user, at=world.now))


def _alert(world: World) -> Load:
    with scope.enter(world.association.pk):
        alert = AuditEntry.objects.record(AuditKind.MASS_READING, at=world.now, by=world.by.user)
    return on(AuditEntry, alert.pk, lambda row: actions.see_alert(row, by=world.team[1].user, at=world.now))


def _card(world: World) -> Load:
    user = factories.make_user(email="", password=None)
    actions.renew_card_code(user, is_new=True, at=world.now)
    printed = user.card_index

    def keep() -> bool:
        code = actions.new_card_code()
        return actions.keep_own_card(user, code=code, replacing=printed, here=None, at=world.now)

    return lambda: keep


def _same_address(world: World) -> Load:
    email = factories.plant("accounts.User.email", "email")
    return lambda: lambda: actions.user_for_address(email=email)


# Releases, deposits, notices


def _release(world: World) -> Release:
    """Measured, of a campaign of its own."""
    campaign = factories.make_campaign(world.association, today=world.today)
    with scope.enter(world.association.pk):
        [tally] = [tally for tally in campaigns() if tally.id == campaign.pk]
        observatory.actions.freeze_campaign(tally, today=world.today)
        plan = StatPlan.objects.get(campaign_id=campaign.pk)
        return observatory.actions.measure(
            plan, table="S1", period=str(world.today.year - 1), by=world.by.user, at=world.now
        )


def _reviewed(world: World) -> Release:
    release = _release(world)
    with scope.enter(world.association.pk):
        assert observatory.actions.review(release, by=world.by.user, at=world.now)
    return release


def _moved(make: Callable[[World], Release], move: Callable[..., bool]) -> Race:
    def prepare(world: World) -> Load:
        by = world.team[1].user
        return on(Release, make(world).pk, lambda row: move(row, by=by, at=world.now), "plan")

    return Race(prepare=prepare)


def _deposit(world: World) -> int:
    return int(deposits.to_confirm(world.case(), by=world.by.user, at=world.now).pk)


def _confirmed(world: World) -> Load:
    return on(Deposit, _deposit(world), lambda row: vault.actions.confirm(row, by=world.by.user, at=world.now))


def _discarded(world: World) -> Load:
    return on(Deposit, _deposit(world), lambda row: vault.actions.discard(row, at=world.now))


def _received(world: World) -> Load:
    case, token = world.case(), uuid4()
    return lambda: lambda: deposits.received(case, by=world.by.user, at=world.now, token=token)


def _finished(world: World) -> Load:
    case = world.case()
    with scope.enter(world.association.pk):
        deposit = vault.actions.begin(
            subject=case.subject, label="opposition", token=uuid4(), by=world.by.user, at=world.now
        )
        vault.actions.add_piece(deposit, b"%PDF-1.7", part=0, offset=0, at=world.now)
    return on(Deposit, deposit.pk, lambda row: vault.actions.finish(row, at=world.now))


def _claimed(world: World) -> Load:
    pk = _deposit(world)
    with scope.enter(world.association.pk):
        assert vault.actions.confirm(Deposit.objects.get(pk=pk), by=world.by.user, at=world.now)
    return lambda: lambda: vault.actions.claim_confirmed(at=world.now)


def _retried(world: World) -> Load:
    with scope.enter(world.association.pk):
        key = f"race:{uuid4()}"
        notifications.actions.queue(kind="reminder_due", dedupe_key=key, ids={"reminder": 1}, at=world.now)
        notice = Notice.objects.get(dedupe_key=key)
        Notice.objects.filter(pk=notice.pk).update(state=NoticeState.DEAD)
    return on(Notice, notice.pk, lambda row: notifications.actions.retry(row, at=world.now))


def _unsent(world: World) -> Load:
    notice = factories.make_unsent(world.association, at=world.now, deadline=1)
    return on(Notice, notice.pk, lambda row: notifications.actions.answer_unsent(row, at=world.now, by=world.by.user))


def _terms(world: World) -> Load:
    with scope.enter(world.association.pk):
        Association.objects.filter(pk=world.association.pk).update(active_months=3)
    return on(
        Association,
        world.association.pk,
        lambda row: actions.set_terms(row, active=2, archive=6, by=world.by.user, at=world.now),
    )


def _damaged(world: World) -> Load:
    """A sealed file that is gone, on the day of its turn."""
    kept = factories.make_justificatif(world.case(), by=world.by.user, today=world.today, at=world.now).sealed_file
    assert kept
    default_storage.delete(kept.stored_name)
    day = date.fromordinal(vault.actions.checking.PARTS + kept.pk % vault.actions.checking.PARTS)
    return lambda: lambda: vault.actions.check_part(today=day, at=world.now)


def _queued(world: World) -> Load:
    key = f"race:{uuid4()}"
    return lambda: (
        lambda: notifications.actions.queue(kind="reminder_due", dedupe_key=key, ids={"reminder": 1}, at=world.now)
    )


RACES = {
    "accounts.accept_invitation": Race(prepare=_accepted),
    "accounts.approve_reset": Race(prepare=_approved_reset),
    "accounts.ask_reset": Race(prepare=_asked_reset),
    "accounts.cancel_reset": Race(prepare=_cancelled_reset),
    "accounts.change_roles": Race(prepare=_roles, silent=True),
    "accounts.check_code": Race(prepare=_code),
    "accounts.create_token": Race(prepare=_new_token),
    "accounts.keep_own_card": Race(prepare=_card),
    "accounts.revoke_invitation": Race(prepare=_revoked),
    "accounts.revoke_membership": Race(prepare=_gone),
    "accounts.revoke_token": Race(prepare=_token),
    "accounts.see_alert": Race(prepare=_alert),
    "accounts.set_send_window": Race(prepare=_window),
    "accounts.set_team_sees_all": Race(prepare=_sees_all),
    "accounts.set_terms": Race(prepare=_terms),
    "accounts.sign_out_of": Race(prepare=_sign_out),
    "accounts.user_for_address": Race(prepare=_same_address, shares=True),
    "notifications.answer_unsent": Race(prepare=_unsent),
    "notifications.queue": Race(prepare=_queued),
    "notifications.retry": Race(prepare=_retried),
    "observatory.publish": _moved(_reviewed, observatory.actions.publish),
    "observatory.reject": _moved(_release, observatory.actions.reject),
    "observatory.review": _moved(_release, observatory.actions.review),
    "vault.check_part": Race(prepare=_damaged, silent=True),
    "vault.claim_confirmed": Race(prepare=_claimed),
    "vault.confirm": Race(prepare=_confirmed),
    "vault.discard": Race(prepare=_discarded),
    "vault.finish": Race(prepare=_finished),
    "vault.receive": Race(prepare=_received, shares=True),
}
