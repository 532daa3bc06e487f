"""Addresses of the volunteers' desk."""

from allauth.account.views import logout
from django.urls import URLPattern, URLResolver, include, path

from web.desk.views import (
    account,
    attempts,
    case,
    cases,
    decisions,
    deposits,
    exports,
    figures,
    fingerprints,
    invitation,
    justificatifs,
    letters,
    opening,
    passkeys,
    procedures,
    queue,
    reason,
    resets,
    security,
    sending,
    sessions,
    signin,
    team,
    tokens,
    unsent,
    working,
)

app_name = "desk"

_OF_CASE: list[URLPattern | URLResolver] = [
    path("demarche/", attempts.RecordAttempt.as_view(), name="attempt"),
    path("faits/", attempts.RecordFacts.as_view(), name="facts"),
    path("justificatif/", deposits.Upload.as_view(), name="upload"),
    path("justificatif/<int:pk>/fichier/", justificatifs.file, name="file"),
    path("justificatif/<int:pk>/page/<int:number>/", justificatifs.sheet, name="sheet"),
    path("justificatif/<int:pk>/verifier/", justificatifs.Check.as_view(), name="check"),
    path("justificatif/<int:pk>/empreinte/", fingerprints.prove, name="prove"),
    path("depot/", deposits.begin, name="deposit_begin"),
    path("depot/<int:pk>/", deposits.deposit, name="deposit"),
    path("depot/<int:pk>/morceau/", deposits.piece, name="deposit_piece"),
    path("depot/<int:pk>/fini/", deposits.finish, name="deposit_finish"),
    path("depot/<int:pk>/avant/<int:number>/", deposits.page_before, name="deposit_before"),
    path("depot/<int:pk>/apres/<int:number>/", deposits.page_after, name="deposit_after"),
    path("delai/<int:pk>/", decisions.AnswerMissed.as_view(), name="answer"),
    path("clore/", decisions.Close.as_view(), name="close"),
    path("continuer/", decisions.Convert.as_view(), name="convert"),
    path("rouvrir/", decisions.Reopen.as_view(), name="reopen"),
    path("confier/", working.Assign.as_view(), name="assign"),
    path("attente/", working.Hold.as_view(), name="hold"),
    path("rappel/", working.SetReminder.as_view(), name="remind"),
    path("rappel/<int:pk>/", working.EndReminder.as_view(), name="reminder_end"),
    path("delai/<int:pk>/relance/", letters.reminder, name="letter"),
    path("note/", working.AddNote.as_view(), name="note"),
    path("accord/", working.Consents.as_view(), name="consent"),
    path("coordonnees/", case.contact, name="contact"),
    path("carte/", working.MakeCard.as_view(), name="card"),
    path("motif/", reason.reason, name="reason"),
    path("faits-anciens/", case.events, name="events"),
]
_CASES: list[URLPattern | URLResolver] = [
    path("", queue.now, name="now"),
    path("apercu/", queue.overview, name="overview"),
    path("messages/<int:pk>/", unsent.unsent, name="unsent"),
    path("dossiers/", cases.cases, name="cases"),
    path("dossiers/nouveau/", opening.open_case, name="open"),
    path("dossiers/<str:reference>/", case.case, name="case"),
    path("dossiers/<str:reference>/", include(_OF_CASE)),
]

_HOUSE: list[URLPattern | URLResolver] = [
    path("equipe/", team.team, name="team"),
    path("equipe/inviter/", team.invite, name="invite"),
    path("equipe/invitations/<int:pk>/renvoyer/", team.invitation_again, name="invitation_again"),
    path("equipe/invitations/<int:pk>/annuler/", team.invitation_revoke, name="invitation_revoke"),
    path("equipe/<int:pk>/roles/", team.member_roles, name="member_roles"),
    path("equipe/<int:pk>/retirer/", team.member_revoke, name="member_revoke"),
    path("equipe/<int:pk>/facteur/", resets.ask, name="member_reset"),
    path("equipe/facteurs/<int:pk>/accepter/", resets.approve, name="reset_approve"),
    path("equipe/facteurs/<int:pk>/annuler/", resets.cancel, name="reset_cancel"),
    path("demarches/", procedures.procedures, name="procedures"),
    path("securite/", security.security, name="security"),
    path("securite/journal/", security.audit, name="audit"),
    path("securite/alertes/<int:pk>/vue/", security.alert_seen, name="alert_seen"),
    path("securite/equipe/<int:pk>/sessions/", security.close_sessions, name="member_sessions"),
    path("securite/visibilite/", security.visibility, name="visibility"),
    path("securite/envois/", sending.send_window, name="send_window"),
    path("securite/leurre/", security.canary, name="canary"),
    path("chiffres/", figures.figures, name="figures"),
    path("chiffres/mesurer/<int:plan>/<str:table>/<str:period>/", figures.measure, name="figures_measure"),
    path("chiffres/<slug:slug>/", figures.release, name="release"),
    path("chiffres/<slug:slug>/relire/", figures.review, name="release_review"),
    path("chiffres/<slug:slug>/publier/", figures.publish, name="release_publish"),
    path("chiffres/<slug:slug>/rejeter/", figures.reject, name="release_reject"),
    path("logiciels/", tokens.tokens, name="tokens"),
    path("logiciels/nouveau/", tokens.token_new, name="token_new"),
    path("logiciels/<int:pk>/fermer/", tokens.token_revoke, name="token_revoke"),
    path("listes/", exports.exports, name="exports"),
    path("listes/demander/", exports.export_ask, name="export_ask"),
    path("listes/<int:pk>/", exports.export, name="export"),
    path("listes/<int:pk>/prendre/", exports.export_take, name="export_take"),
    path("compte/", account.account, name="account"),
    path("compte/sessions/", sessions.sessions, name="sessions"),
    path("compte/mot-de-passe/", account.password, name="password"),
    path("association/", account.choose, name="choose"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_CASES, *_HOUSE]

# Below /invitation/, outside the namespace: whoever accepts one is not yet a volunteer.
invitation_urlpatterns: list[URLPattern | URLResolver] = [path("<str:token>/", invitation.accept, name="invitation")]

# Below /compte/, under the names that allauth looks up.
account_urlpatterns: list[URLPattern | URLResolver] = [
    path("connexion/", signin.SignIn.as_view(), name="account_login"),
    path("deconnexion/", logout, name="account_logout"),
    path("confirmer/", signin.ConfirmByPassword.as_view(), name="account_reauthenticate"),
    path("cle/", passkeys.SignInByPasskey.as_view(), name="mfa_login_webauthn"),
    path("facteur/", signin.Factors.as_view(), name="mfa_index"),
    path("facteur/code/", signin.GiveFactor.as_view(), name="mfa_authenticate"),
    path("facteur/confirmer/", signin.ConfirmByFactor.as_view(), name="mfa_reauthenticate"),
    path("facteur/application/", signin.Install.as_view(), name="mfa_activate_totp"),
    path("facteur/application/retirer/", signin.Remove.as_view(), name="mfa_deactivate_totp"),
    path("facteur/cles/", passkeys.add, name="mfa_add_webauthn"),
    path("facteur/cles/<int:pk>/retirer/", passkeys.remove, name="mfa_remove_webauthn"),
    path("facteur/secours/", signin.recovery_codes, name="mfa_view_recovery_codes"),
    path("facteur/secours/nouveaux/", signin.NewCodes.as_view(), name="mfa_generate_recovery_codes"),
]
