"""What the cases tell people. Ids go in; words are rendered at sending, when the notice still holds."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.access import who_saw
from accounts.models import ApiToken, AuditEntry, Membership
from accounts.rules.roles import Right
from cases.models import Case, Deadline, Export, Justificatif, Reminder
from cases.notices import digests
from cases.notices.readers import to_member, to_user
from notifications.models import Notice
from notifications.registry import NoticeKind, Recipient
from notifications.registry import register as register_kind


def register() -> None:
    """Called once, at start-up."""
    for kind in (*_KINDS, *digests.KINDS):
        register_kind(kind)


def _deadline(notice: Notice) -> Deadline | None:
    rows = Deadline.objects.select_related("case__member", "case__assigned_to", "association")
    found: Deadline | None = rows.filter(pk=notice.subject_ids["deadline"]).first()
    return found


def _still_missed(notice: Notice) -> bool:
    deadline = _deadline(notice)
    return bool(deadline and deadline.is_missed and not deadline.case.is_closed)


def _still_near(notice: Notice) -> bool:
    """Neither met nor moved since, and no nearer stage was told meanwhile."""
    deadline = _deadline(notice)
    return bool(
        deadline
        and deadline.is_running
        and deadline.told == notice.subject_ids["stage"]
        and str(deadline.due) == notice.subject_ids["due"]
        and not deadline.case.is_closed
    )


def _still_moved(notice: Notice) -> bool:
    """It runs still, to the very day of the notice; a later move has its own."""
    deadline = _deadline(notice)
    if deadline is None or deadline.case.is_closed or deadline.case.is_canary:
        return False
    day = deadline.due.isoformat() if deadline.due else ""
    return deadline.is_running and day == notice.subject_ids["due"]


def _binds_member(notice: Notice) -> bool:
    deadline = _deadline(notice)
    return bool(deadline and deadline.bound == "member")


def _whoever_is_bound(notice: Notice) -> Recipient | None:
    """The member, for their own day; who follows the case, for the addressee's."""
    return _member(notice) if _binds_member(notice) else _volunteer(notice)


def _member(notice: Notice) -> Recipient | None:
    deadline = _deadline(notice)
    if deadline is None:
        return None
    return to_member(deadline.case.member, about=deadline.case)


def _volunteer(notice: Notice) -> Recipient | None:
    """Nobody, when whoever follows the case has left: nothing of it goes to an ex-volunteer."""
    deadline = _deadline(notice)
    user = deadline.case.assigned_to if deadline else None
    if user is None or not Membership.objects.active().filter(user=user).exists():
        return None
    return to_user(user, about=deadline.case) if deadline else None


def _for_member(notice: Notice) -> dict[str, Any]:
    return _context(notice, path=reverse("portal:home"))


def _for_volunteer(notice: Notice) -> dict[str, Any]:
    deadline = _deadline(notice)
    return _context(notice, path=reverse("desk:case", args=[deadline.case.reference]) if deadline else "/desk/")


def _for_whoever_is_bound(notice: Notice) -> dict[str, Any]:
    return _for_member(notice) if _binds_member(notice) else _for_volunteer(notice)


def _context(notice: Notice, *, path: str) -> dict[str, Any]:
    deadline = _deadline(notice)
    return {
        "association": deadline.association if deadline else None,
        "reference": deadline.case.reference if deadline else "",
        "link": settings.PUBLIC_ORIGIN + path,
    }


def _expiring(notice: Notice) -> Case | None:
    rows = Case.objects.all().archived().select_related("member", "association")
    found: Case | None = rows.filter(pk=notice.subject_ids["case"]).first()
    return found


def _still_expires(notice: Notice) -> bool:
    """Neither taken up again nor let go, and no nearer notice was given meanwhile."""
    return bool((case := _expiring(notice)) and case.purge_told == notice.subject_ids["stage"])


def _its_member(notice: Notice) -> Recipient | None:
    """An answer to a suspended association would reach nobody."""
    case = _expiring(notice)
    return to_member(case.member, about=case if case.association.is_active else None) if case else None


def _about_end(notice: Notice) -> dict[str, Any]:
    case, days = _expiring(notice), -notice.subject_ids["stage"]
    link = settings.PUBLIC_ORIGIN + reverse("portal:home")
    return {"association": case.association if case else None, "days": days, "link": link}


def _reminder(notice: Notice) -> Reminder | None:
    rows = Reminder.objects.all().standing().select_related("case", "for_user", "association")
    found: Reminder | None = rows.filter(pk=notice.subject_ids["reminder"]).first()
    return found


def _reminder_stands(notice: Notice) -> bool:
    return _reminder(notice) is not None


def _reminded(notice: Notice) -> Recipient | None:
    """Nobody, when it became the team's because its owner has left, or when they may not see the case any more."""
    reminder = _reminder(notice)
    owner = reminder.for_user_id if reminder else None
    rows = Membership.objects.active().select_related("user", "association").filter(user=owner)
    membership: Membership | None = rows.first() if owner else None
    if reminder is None or membership is None:
        return None
    sees = Case.objects.visible_to(membership).filter(pk=reminder.case_id).exists()
    return to_user(membership.user, about=reminder.case) if sees else None


def _about_reminder(notice: Notice) -> dict[str, Any]:
    reminder = _reminder(notice)
    reference = reminder.case.reference if reminder else ""
    return {
        "association": reminder.association if reminder else None,
        "reference": reference,
        "link": settings.PUBLIC_ORIGIN + (reverse("desk:case", args=[reference]) if reference else "/desk/"),
    }


def _token(notice: Notice) -> ApiToken | None:
    rows = ApiToken.objects.select_related("membership__user", "association")
    found: ApiToken | None = rows.filter(pk=notice.subject_ids["token"]).first()
    return found


def _token_stands(notice: Notice) -> bool:
    """Not revoked, nor its owner; the end of an outage may be after its own."""
    token = _token(notice)
    return bool(token and token.revoked_at is None and token.membership.revoked_at is None)


def _token_owner(notice: Notice) -> Recipient | None:
    token = _token(notice)
    return to_user(token.membership.user) if token else None


def _about_token(notice: Notice) -> dict[str, Any]:
    """An owner who does not run the association any more cannot open the page of tokens."""
    token = _token(notice)
    runs = bool(token and token.membership.may(Right.MANAGE))
    return {
        "association": token.association if token else None,
        "ends_at": token.expires_at if token else None,
        "link": settings.PUBLIC_ORIGIN + reverse("desk:tokens" if runs else "desk:account"),
    }


def _export(notice: Notice) -> Export | None:
    rows = Export.objects.select_related("asked_by", "association")
    found: Export | None = rows.filter(pk=notice.subject_ids["export"]).first()
    return found


def _member_of_team(pk: int | str) -> Membership | None:
    found: Membership | None = Membership.objects.active().select_related("user").filter(pk=pk).first()
    return found


def _may_still_decide(notice: Notice) -> bool:
    export, reader = _export(notice), _member_of_team(notice.subject_ids["membership"])
    return bool(export and export.decided_at is None and reader and reader.may(Right.EXPORT_APPROVE))


def _approver(notice: Notice) -> Recipient | None:
    reader = _member_of_team(notice.subject_ids["membership"])
    return to_user(reader.user) if reader else None


def _asker_waits(notice: Notice) -> bool:
    """Decided, not taken, and who asked is still of the team."""
    export = _export(notice)
    return bool(
        export
        and export.decided_at
        and export.taken_at is None
        and Membership.objects.active().filter(user=export.asked_by_id).exists()
    )


def _asker(notice: Notice) -> Recipient | None:
    export = _export(notice)
    return to_user(export.asked_by) if export else None


def _about_export(notice: Notice) -> dict[str, Any]:
    export = _export(notice)
    return {
        "association": export.association if export else None,
        "link": settings.PUBLIC_ORIGIN + (reverse("desk:export", args=[export.pk]) if export else reverse("desk:now")),
    }


def _still_watches(notice: Notice) -> bool:
    """This person watches over the association today, and did not see the alert: a colleague's eye is not theirs."""
    reader = _member_of_team(notice.subject_ids["membership"])
    if reader is None or not reader.may(Right.AUDIT_READ):
        return False
    alert: AuditEntry | None = AuditEntry.objects.filter(pk=notice.subject_ids["alert"]).first()
    return alert is not None and who_saw([alert]).get(alert.pk) != reader.user_id


def _watcher(notice: Notice) -> Recipient | None:
    reader = _member_of_team(notice.subject_ids["membership"])
    return to_user(reader.user) if reader else None


def _about_alert(notice: Notice) -> dict[str, Any]:
    reader = _member_of_team(notice.subject_ids["membership"])
    return {
        "association": reader.association if reader else None,
        "link": settings.PUBLIC_ORIGIN + reverse("desk:security"),
    }


def _owner(notice: Notice) -> Recipient | None:
    """Whoever has left too: it is their own account."""
    rows = Membership.objects.select_related("user")
    one: Membership | None = rows.filter(pk=notice.subject_ids["membership"]).first()
    return to_user(one.user) if one else None


def _about_account(_notice: Notice) -> dict[str, Any]:
    return {"link": settings.PUBLIC_ORIGIN + reverse("desk:account")}


def _justificatif(notice: Notice) -> Justificatif | None:
    rows = Justificatif.objects.select_related("case__assigned_to", "association")
    found: Justificatif | None = rows.filter(pk=notice.subject_ids["justificatif"]).first()
    return found


def _still_to_check(notice: Notice) -> bool:
    found = _justificatif(notice)
    return bool(found and found.accepted is None and not found.case.is_closed)


def _who_follows(notice: Notice) -> Recipient | None:
    """Nobody, when whoever follows the case has left."""
    found = _justificatif(notice)
    user = found.case.assigned_to if found else None
    if found is None or user is None or not Membership.objects.active().filter(user=user).exists():
        return None
    return to_user(user, about=found.case)


def _about_justificatif(notice: Notice) -> dict[str, Any]:
    found = _justificatif(notice)
    return {
        "association": found.association if found else None,
        "reference": found.case.reference if found else "",
        "link": settings.PUBLIC_ORIGIN + (reverse("desk:case", args=[found.case.reference]) if found else "/desk/"),
    }


_KINDS = (
    NoticeKind(
        key="deadline_missed",
        templates="cases/mail/deadline_missed",
        still_holds=_still_missed,
        context=_for_member,
        recipient=_member,
    ),
    NoticeKind(
        key="answer_overdue",
        templates="cases/mail/answer_overdue",
        still_holds=_still_missed,
        context=_for_volunteer,
        recipient=_volunteer,
    ),
    NoticeKind(
        key="deadline_near",
        templates="cases/mail/deadline_near",
        still_holds=_still_near,
        context=_for_member,
        recipient=_member,
    ),
    NoticeKind(
        key="answer_drags",
        templates="cases/mail/answer_drags",
        still_holds=_still_missed,
        context=_for_volunteer,
        recipient=_volunteer,
    ),
    NoticeKind(
        key="case_expires",
        templates="cases/mail/case_expires",
        still_holds=_still_expires,
        context=_about_end,
        recipient=_its_member,
        parting=True,
    ),
    NoticeKind(
        key="reminder_due",
        templates="cases/mail/reminder_due",
        still_holds=_reminder_stands,
        context=_about_reminder,
        recipient=_reminded,
    ),
    NoticeKind(
        key="deadline_moved",
        templates="cases/mail/deadline_moved",
        still_holds=_still_moved,
        context=_for_whoever_is_bound,
        recipient=_whoever_is_bound,
    ),
    NoticeKind(
        key="justificatif_arrived",
        templates="cases/mail/justificatif_arrived",
        still_holds=_still_to_check,
        context=_about_justificatif,
        recipient=_who_follows,
    ),
    NoticeKind(
        key="token_expires",
        templates="cases/mail/token_expires",
        still_holds=_token_stands,
        context=_about_token,
        recipient=_token_owner,
    ),
    NoticeKind(
        key="export_asked",
        templates="cases/mail/export_asked",
        still_holds=_may_still_decide,
        context=_about_export,
        recipient=_approver,
        urgent=True,
    ),
    NoticeKind(
        key="export_decided",
        templates="cases/mail/export_decided",
        still_holds=_asker_waits,
        context=_about_export,
        recipient=_asker,
        urgent=True,
    ),
    NoticeKind(
        key="security_alert",
        templates="cases/mail/security_alert",
        still_holds=_still_watches,
        context=_about_alert,
        recipient=_watcher,
        urgent=True,
    ),
    NoticeKind(
        key="account_changed",
        templates="cases/mail/account_changed",
        still_holds=lambda _notice: True,
        context=_about_account,
        recipient=_owner,
        urgent=True,
    ),
)
