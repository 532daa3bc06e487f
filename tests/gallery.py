"""Every page that people see, with its states: what axe reads, what is pictured, what must fit its window.

`tests/house/test_gallery.py` refuses a page of the platform that stands neither here nor in NO_PAGE.
"""

from collections.abc import Iterator, Mapping
from functools import partial
from uuid import uuid4

from playwright.sync_api import Page, expect

from procedures import registry
from tests.calculations import CALCULATIONS, calculate
from tests.factories import PASSWORD
from tests.gallery_deposits import PARTS_OF_DEPOSITS, deposits
from tests.gallery_fingerprints import fingerprints
from tests.gallery_inbound import NO_PAGE_OF_INBOUND, inbound
from tests.gallery_keeping import NO_PAGE_OF_KEEPING, keeping
from tests.pictures import Picture, press
from tests.stage import STORIES

API = ("schema", "cases", "case", "procedures", "procedure", "explain", "releases", "release", "nothing")
# Addresses that show no page of ours, each with its reason.
NO_PAGE: dict[str, str] = {
    "public:release_file": "a CSV file",
    "portal:file": "a download",
    "portal:leave": "POST only",
    "portal:quick_exit": "POST only",
    **NO_PAGE_OF_KEEPING,
    "desk:file": "a download",
    **PARTS_OF_DEPOSITS,
    "desk:choose": "POST only",
    **NO_PAGE_OF_INBOUND,
    "desk:alert_seen": "POST only",
    "desk:token_revoke": "POST only",
    "desk:reset_cancel": "POST only",
    "mfa_login_webauthn": "JSON for a script; a POST that is refused shows account_login",
    "desk:invitation_revoke": "POST only",
    "desk:release_review": "POST only",
    "desk:release_publish": "POST only",
    "desk:release_reject": "POST only",
    "set_language": "POST only",
    **dict.fromkeys(("healthz", "readyz", "metrics"), "for programs"),
    **dict.fromkeys((f"api:{name}" for name in API), "JSON"),
}


def _public() -> Iterator[Picture]:
    yield Picture(name="public-home", view="public:home")
    yield Picture(name="public-home-member", view="public:home", who="family")
    yield Picture(name="public-two-ways", view="public:two_ways")
    yield Picture(name="public-calculator", view="public:calculator")
    for name, typed in CALCULATIONS.items():
        yield Picture(name=f"public-calculator-{name}", view="public:calculator", act=partial(calculate, typed=typed))
    yield Picture(name="public-procedures", view="public:procedures")
    for key in sorted(one.key for one in registry.all_current()):
        yield Picture(name=f"public-procedure-{key.replace('/', '-')}", view="public:procedure", places={"key": key})
    for key, channel in (("mon-espace-sante/cloture", "phone"), ("taj/acces", "email")):
        query = f"?moyen={channel}"
        yield Picture(name=f"public-sheet-{channel}", view="public:procedure", places={"key": key}, query=query)
    closure = {"key": "mon-espace-sante/cloture"}
    yield Picture(name="public-procedure-large", view="public:procedure", places=closure, query="?taille=grand")
    large = "?moyen=web&taille=grand"
    yield Picture(name="public-sheet-large", view="public:procedure", places=closure, query=large)
    yield Picture(name="public-figures", view="public:figures")
    yield Picture(name="public-release", view="public:release", places={"slug": "published"})
    yield Picture(name="public-privacy", view="public:privacy")
    yield Picture(name="public-accessibility", view="public:accessibility")
    yield Picture(name="styleguide", view="public:styleguide")
    yield Picture(name="demo", view="demo:home")
    yield Picture(name="api", view="api:index")
    for status in ("400", "403", "404", "409", "413", "422", "500", "503"):
        yield Picture(name=f"error-{status}", view="", error=status)


def _ask_code(page: Page) -> None:
    page.get_by_role("main").get_by_role("textbox").fill(f"personne-{uuid4()}@exemple.invalid")  # three a day for one
    press(page, "Continuer")


def _sent_to_sign_in(page: Page) -> None:
    expect(page.get_by_role("status")).to_contain_text("sans rien faire")


def _wrong_code(page: Page) -> None:
    _ask_code(page)
    page.get_by_role("main").get_by_role("textbox").fill("00000000")
    press(page, "Entrer")


def _entry() -> Iterator[Picture]:
    yield Picture(name="portal-login", view="portal:login")
    yield Picture(name="portal-login-after-pause", view="portal:home", who="after a pause", act=_sent_to_sign_in)
    yield Picture(name="portal-login-error", view="portal:login", press=("Continuer",))
    yield Picture(name="portal-code", view="portal:code", act=_ask_code)
    yield Picture(name="portal-code-error", view="portal:code", act=_wrong_code)
    yield Picture(name="portal-sessions", view="portal:sessions", who="family")
    yield Picture(name="portal-mails", view="portal:mails", who="family")
    yield Picture(name="portal-card", view="portal:card", who="with a printed card")
    yield Picture(name="portal-choose", view="portal:choose", who="member of two")
    yield Picture(name="portal-nobody", view="portal:home", who="stranger")


def _portal() -> Iterator[Picture]:
    for name in STORIES:
        if name != "without_address":
            yield _own(f"portal-case-{name.replace('_', '-')}", "portal:case", name)
    yield _own("portal-case-following", "portal:case", "converted", case="following")
    yield Picture(name="portal-family", view="portal:home", who="family")
    yield _own("portal-case-long", "portal:case", "long")
    yield _own("portal-consent", "portal:consent", "preparing")
    yield _own("portal-consent-error", "portal:consent", "preparing", press=("Donner mon accord",))
    yield _own("portal-channel", "portal:channel", "letter_soon")
    yield _own("portal-channel-error", "portal:channel", "letter_soon", press=("Continuer",))
    for channel, number in (("phone", 0), ("phone", 1), ("web", 0), ("web", 2), ("web", 5)):
        yield _own(
            f"portal-step-{channel}-{number}",
            "portal:step",
            "letter_soon",
            places={"channel": channel, "number": number},
        )
    deletion: dict[str, str | int] = {"channel": "web", "number": 5}
    yield _own("portal-step-deletion", "portal:step", "never_notified", places=deletion)
    yield _own("portal-report", "portal:report", "letter_soon", query="?moyen=phone")
    yield _own("portal-report-closure", "portal:report", "never_notified")
    yield _own("portal-report-error", "portal:report", "letter_soon", press=("Noter ma démarche",))
    yield _own("portal-continue", "portal:continue", "letter_missed")
    yield _own("portal-upload", "portal:upload", "waiting")
    yield _own("portal-upload-error", "portal:upload", "waiting", press=("Envoyer ce document",))
    yield _own("portal-missing", "portal:missing", "answer_overdue")


def _own(
    name: str,
    view: str,
    story: str,
    *,
    case: str = "",
    places: Mapping[str, str | int] | None = None,
    query: str = "",
    press: tuple[str, ...] = (),
) -> Picture:
    """A page of a member's own case."""
    all_places = {"reference": case or story, **(places or {})}
    return Picture(name=name, view=view, who=f"member:{story}", places=all_places, query=query, press=press)


def _queue() -> Iterator[Picture]:
    yield Picture(name="desk-now", view="desk:now", who="benevole")
    yield Picture(name="desk-now-team", view="desk:now", who="coordination", query="?qui=team")
    yield Picture(name="desk-now-empty", view="desk:now", who="alone")
    yield Picture(name="desk-now-one", view="desk:now", who="long", query="?qui=team")
    yield Picture(name="desk-now-without-cases", view="desk:now", who="donnees")
    yield Picture(name="desk-overview", view="desk:overview", who="benevole")
    yield Picture(name="desk-overview-empty", view="desk:overview", who="alone")
    yield Picture(name="desk-cases", view="desk:cases", who="coordination")
    yield Picture(name="desk-cases-empty", view="desk:cases", who="alone")
    yield Picture(name="desk-cases-one", view="desk:cases", who="long")
    yield Picture(name="desk-open", view="desk:open", who="benevole")
    yield Picture(name="desk-open-error", view="desk:open", who="benevole", press=("Ouvrir le dossier",))
    yield Picture(name="desk-open-no-campaign", view="desk:open", who="alone")
    yield Picture(name="desk-open-known", view="desk:open", who="long", query="?member=|long")


def _desk_cases() -> Iterator[Picture]:
    for name in STORIES:
        yield _work(f"desk-case-{name.replace('_', '-')}", "desk:case", name)
    yield _work("desk-case-long", "desk:case", "long", who="long")
    yield _work("desk-events", "desk:events", "waiting", query="?avant=|waiting.event")
    yield _work("desk-attempt", "desk:attempt", "letter_soon", query="?moyen=phone")
    yield _work("desk-attempt-closure", "desk:attempt", "never_notified", query="?moyen=web")
    yield _work("desk-attempt-again", "desk:attempt", "box_forgotten", query="?moyen=phone")
    yield _work("desk-attempt-error", "desk:attempt", "letter_soon", press=("Enregistrer la démarche",))
    yield _work("desk-facts", "desk:facts", "letter_soon")
    yield _work("desk-facts-closure", "desk:facts", "box_forgotten")
    yield _work("desk-upload", "desk:upload", "waiting")
    yield _work("desk-upload-error", "desk:upload", "waiting", press=("Envoyer ce document",))
    yield _work("desk-check", "desk:check", "to_check", places={"pk": "to_check.document"})
    yield _work(
        "desk-check-error", "desk:check", "to_check", places={"pk": "to_check.document"}, press=("Enregistrer la",)
    )
    yield _work("desk-answer", "desk:answer", "letter_missed", places={"pk": "letter_missed.deadline"})
    yield _work("desk-close", "desk:close", "accepted")
    yield _work("desk-convert", "desk:convert", "letter_missed")
    yield _work("desk-reopen", "desk:reopen", "refused")
    yield _work("desk-assign", "desk:assign", "letter_soon")
    yield _work("desk-hold", "desk:hold", "letter_soon")
    yield _work("desk-hold-error", "desk:hold", "letter_soon", press=("Mettre en attente",))
    yield _work("desk-remind", "desk:remind", "letter_soon")
    yield Picture(name="desk-unsent", view="desk:unsent", who="benevole", places={"pk": "letter_soon.unsent"})
    yield _work("desk-reminder-end", "desk:reminder_end", "letter_soon", places={"pk": "letter_soon.reminder"})
    yield _work("desk-letter", "desk:letter", "answer_overdue", places={"pk": "answer_overdue.deadline"})
    yield _work("desk-answer-overdue", "desk:answer", "answer_overdue", places={"pk": "answer_overdue.deadline"})
    yield _work("desk-note", "desk:note", "letter_soon")
    yield _work("desk-note-error", "desk:note", "letter_soon", press=("Garder la note",))
    yield _work("desk-consent", "desk:consent", "preparing")
    yield _work("desk-contact", "desk:contact", "letter_soon")
    yield _work("desk-contact-long", "desk:contact", "long", who="long")
    yield _work("desk-card", "desk:card", "without_address")
    yield _work("desk-card-made", "desk:card", "without_address", press=("Faire la carte",))


def _work(
    name: str,
    view: str,
    story: str,
    *,
    who: str = "benevole",
    places: Mapping[str, str | int] | None = None,
    query: str = "",
    press: tuple[str, ...] = (),
) -> Picture:
    """A page of a case at the desk."""
    return Picture(
        name=name, view=view, who=who, places={"reference": story, **(places or {})}, query=query, press=press
    )


def _house() -> Iterator[Picture]:
    yield Picture(name="desk-team", view="desk:team", who="coordination")
    yield Picture(name="desk-team-alone", view="desk:team", who="alone")
    yield Picture(name="desk-invite", view="desk:invite", who="coordination")
    yield Picture(name="desk-invite-error", view="desk:invite", who="coordination", press=("Envoyer l’invitation",))
    yield Picture(name="desk-roles", view="desk:member_roles", who="coordination", places={"pk": "membership"})
    yield Picture(name="desk-again", view="desk:invitation_again", who="coordination", places={"pk": "invitation.late"})
    yield Picture(name="desk-revoke", view="desk:member_revoke", who="coordination", places={"pk": "membership"})
    yield Picture(name="desk-figures", view="desk:figures", who="coordination")
    yield Picture(name="desk-figures-empty", view="desk:figures", who="alone")
    places = {"plan": "plan", "table": "S2", "period": "year"}
    yield Picture(name="desk-measure", view="desk:figures_measure", who="coordination", places=places)
    yield Picture(name="desk-release-draft", view="desk:release", who="donnees2", places={"slug": "draft"})
    yield Picture(name="desk-release-reviewed", view="desk:release", who="donnees3", places={"slug": "reviewed"})
    yield Picture(name="desk-release-published", view="desk:release", who="coordination", places={"slug": "published"})
    yield Picture(name="desk-procedures", view="desk:procedures", who="coordination")
    yield Picture(name="desk-account", view="desk:account", who="benevole")
    yield Picture(name="desk-account-long", view="desk:account", who="long")
    yield Picture(name="desk-account-passkeys", view="desk:account", who="with passkeys")
    yield Picture(name="desk-account-reset", view="desk:account", who="referent")
    yield Picture(name="desk-password", view="desk:password", who="benevole")
    yield Picture(name="desk-password-error", view="desk:password", who="benevole", press=("Changer le mot de passe",))
    yield Picture(name="desk-reset", view="desk:member_reset", who="coordination", places={"pk": "membership"})
    yield Picture(name="desk-reset-approve", view="desk:reset_approve", who="with passkeys", places={"pk": "reset"})
    yield Picture(name="desk-sessions", view="desk:sessions", who="benevole")
    yield Picture(name="desk-sessions-one", view="desk:sessions", who="alone")
    yield Picture(name="invitation", view="invitation", places={"token": "invitation"})
    yield Picture(
        name="invitation-error", view="invitation", places={"token": "invitation"}, press=("Rejoindre l’équipe",)
    )
    yield Picture(name="invitation-closed", view="invitation", places={"token": "unknown"}, status=404)


def _never_send(page: Page) -> None:
    main = page.get_by_role("main")
    for tick in main.get_by_role("checkbox").all():
        tick.uncheck()
    main.get_by_role("combobox").last.select_option("07:00")
    press(page, "Garder ce choix")


def _watch() -> Iterator[Picture]:
    """What watches over an association, and a case that somebody else follows."""
    yield _work("desk-reason", "desk:reason", "letter_soon", who="coordination")
    yield _work("desk-reason-error", "desk:reason", "letter_soon", who="coordination", press=("Ouvrir le dossier",))
    yield Picture(name="desk-security", view="desk:security", who="coordination")
    yield Picture(name="desk-security-delegate", view="desk:security", who="donnees")
    yield Picture(name="desk-security-alone", view="desk:security", who="alone")
    yield Picture(name="desk-security-long", view="desk:security", who="long")
    yield Picture(name="desk-audit", view="desk:audit", who="coordination")
    yield Picture(name="desk-audit-empty", view="desk:audit", who="coordination", query="?type=shredded")
    yield Picture(name="desk-audit-error", view="desk:audit", who="coordination", query="?dossier=x", status=422)
    yield Picture(
        name="desk-sessions-close", view="desk:member_sessions", who="fresh:coordination", places={"pk": "membership"}
    )
    yield Picture(name="desk-visibility", view="desk:visibility", who="fresh:coordination")
    yield Picture(name="desk-mails", view="desk:mails", who="benevole")
    yield Picture(name="desk-send-window", view="desk:send_window", who="coordination")
    yield Picture(name="desk-send-window-error", view="desk:send_window", who="coordination", act=_never_send)
    yield Picture(name="desk-canary", view="desk:canary", who="fresh:coordination")
    yield Picture(name="desk-canary-error", view="desk:canary", who="fresh:coordination", press=("Enregistrer",))
    yield Picture(
        name="invitation-other", view="invitation", who="benevole", places={"token": "invitation"}, status=409
    )


def _make_token(page: Page) -> None:
    main = page.get_by_role("main")
    main.get_by_role("textbox").first.fill("Tableau du bureau")
    main.get_by_role("checkbox").first.check()
    press(page, "Créer l’accès")


def _count_list(page: Page) -> None:
    main = page.get_by_role("main")
    main.get_by_role("textbox").last.fill("Appeler ceux qui attendent encore une réponse.")
    press(page, "Compter les dossiers")


def _handed_out() -> Iterator[Picture]:
    """What programs read, and lists that leave the platform."""
    yield Picture(name="desk-tokens", view="desk:tokens", who="coordination")
    yield Picture(name="desk-tokens-empty", view="desk:tokens", who="alone")
    yield Picture(name="desk-token-new", view="desk:token_new", who="fresh:coordination")
    yield Picture(
        name="desk-token-new-error", view="desk:token_new", who="fresh:coordination", press=("Créer l’accès",)
    )
    yield Picture(name="desk-token-made", view="desk:token_new", who="fresh:alone", act=_make_token)
    yield Picture(name="desk-exports", view="desk:exports", who="fresh:coordination")
    yield Picture(name="desk-exports-empty", view="desk:exports", who="fresh:alone")
    yield Picture(name="desk-export-ask", view="desk:export_ask", who="fresh:referent")
    yield Picture(name="desk-export-ask-alone", view="desk:export_ask", who="fresh:alone")
    yield Picture(
        name="desk-export-ask-error", view="desk:export_ask", who="fresh:referent", press=("Compter les dossiers",)
    )
    yield Picture(name="desk-export-ask-counted", view="desk:export_ask", who="fresh:referent", act=_count_list)
    for step in ("waiting", "ready", "taken", "refused", "undecided", "late"):
        places = {"pk": f"list.{step}"}
        yield Picture(name=f"desk-export-{step}", view="desk:export", who="fresh:referent", places=places)
    yield Picture(name="desk-export-decide", view="desk:export", who="fresh:donnees", places={"pk": "list.waiting"})
    yield Picture(name="desk-export-take", view="desk:export_take", who="fresh:referent", places={"pk": "list.ready"})
    yield Picture(
        name="desk-export-take-late",
        view="desk:export_take",
        who="fresh:referent",
        places={"pk": "list.taken"},
        status=409,
    )


def _password(page: Page) -> None:
    boxes = page.get_by_role("main").get_by_role("textbox")
    boxes.first.fill("benevole@demo.invalid")
    boxes.last.fill("demo-benevole-2026")
    press(page, "Continuer")


def _password_before_passkey(page: Page) -> None:
    boxes = page.get_by_role("main").get_by_role("textbox")
    boxes.first.fill("cle@exemple.invalid")
    boxes.last.fill(PASSWORD)
    press(page, "Continuer")


def _accounts() -> Iterator[Picture]:
    yield Picture(name="account-login", view="account_login")
    yield Picture(name="account-login-error", view="account_login", press=("Continuer",))
    yield Picture(name="account-logout", view="account_logout", who="benevole")
    yield Picture(name="account-confirm", view="account_reauthenticate", who="no factor")
    yield Picture(name="factor-code", view="mfa_authenticate", act=_password)
    yield Picture(name="factor-confirm", view="mfa_reauthenticate", who="benevole")
    yield Picture(name="factor-code-passkey", view="mfa_authenticate", act=_password_before_passkey)
    yield Picture(
        name="factor-confirm-passkey",
        view="mfa_reauthenticate",
        who="with passkeys",
        query="?next=/desk/equipe/inviter/",
    )
    yield Picture(name="factor-index", view="mfa_index", who="benevole")
    yield Picture(name="factor-index-none", view="mfa_index", who="no factor")
    yield Picture(name="factor-index-passkeys", view="mfa_index", who="with passkeys")
    yield Picture(name="factor-passkey", view="mfa_add_webauthn", who="no factor")
    yield Picture(
        name="factor-passkey-error", view="mfa_add_webauthn", who="no factor", press=("Créer la clé d’accès",)
    )
    yield Picture(
        name="factor-passkey-remove", view="mfa_remove_webauthn", who="with passkeys", places={"pk": "passkey"}
    )
    yield Picture(name="factor-install", view="mfa_activate_totp", who="no factor")
    yield Picture(
        name="factor-install-error", view="mfa_activate_totp", who="no factor", press=("Enregistrer cette application",)
    )
    yield Picture(name="factor-remove", view="mfa_deactivate_totp", who="referent")
    yield Picture(name="factor-codes", view="mfa_view_recovery_codes", who="benevole")
    yield Picture(name="factor-new-codes", view="mfa_generate_recovery_codes", who="referent")
    yield Picture(
        name="factor-codes-shown",
        view="mfa_generate_recovery_codes",
        who="referent",
        press=("Faire de nouveaux codes",),
    )


GALLERY: tuple[Picture, ...] = (
    *_public(),
    *_entry(),
    *_portal(),
    *deposits(),
    *fingerprints(),
    *keeping(),
    *inbound(),
    *_queue(),
    *_desk_cases(),
    *_house(),
    *_handed_out(),
    *_watch(),
    *_accounts(),
)
