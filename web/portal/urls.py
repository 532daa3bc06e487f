"""/espace/: a member follows and moves their own cases."""

from django.urls import path

from web.portal.views import account, acting, entry, fingerprints, leaving, letting_go, mails, reading, sending

app_name = "portal"

urlpatterns = [
    path("", reading.home, name="home"),
    path("entrer/", entry.login, name="login"),
    path("code/", entry.code, name="code"),
    path("sortir/", entry.leave, name="leave"),
    path("quitter/", leaving.quick_exit, name="quick_exit"),
    path("choisir/", entry.choose, name="choose"),
    path("carte/", account.card, name="card"),
    path("effacer/", letting_go.erase, name="erase"),
    path("connexions/", account.sessions, name="sessions"),
    path("messages/", mails.mails, name="mails"),
    path("<str:reference>/", reading.case, name="case"),
    path("<str:reference>/copie/", letting_go.copy, name="copy"),
    path("<str:reference>/garder/", letting_go.keep, name="keep"),
    path("<str:reference>/accord/", acting.consent, name="consent"),
    path("<str:reference>/moyen/", acting.channel, name="channel"),
    path("<str:reference>/etapes/<str:channel>/<int:number>/", acting.step, name="step"),
    path("<str:reference>/fait/", acting.report, name="report"),
    path("<str:reference>/continuer/", acting.continue_by, name="continue"),
    path("<str:reference>/justificatif/", sending.upload, name="upload"),
    path("<str:reference>/justificatif/<int:pk>/", sending.file, name="file"),
    path("<str:reference>/depot/", sending.begin, name="deposit_begin"),
    path("<str:reference>/depot/<int:pk>/", sending.deposit, name="deposit"),
    path("<str:reference>/depot/<int:pk>/morceau/", sending.piece, name="deposit_piece"),
    path("<str:reference>/depot/<int:pk>/fini/", sending.finish, name="deposit_finish"),
    path("<str:reference>/depot/<int:pk>/avant/<int:number>/", sending.page_before, name="deposit_before"),
    path("<str:reference>/depot/<int:pk>/apres/<int:number>/", sending.page_after, name="deposit_after"),
    path("<str:reference>/empreinte/", fingerprints.fingerprint, name="fingerprint"),
    path("<str:reference>/empreinte/<int:pk>/", fingerprints.prove, name="prove"),
    path("<str:reference>/pas-recu/", reading.missing, name="missing"),
]
