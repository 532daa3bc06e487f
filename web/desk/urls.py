"""Addresses of the volunteers' desk."""

from django.urls import URLPattern, URLResolver, include, path

from web.desk.views import attempts, case, cases, decisions, justificatifs, opening, queue, working

app_name = "desk"

_OF_CASE: list[URLPattern | URLResolver] = [
    path("demarche/", attempts.RecordAttempt.as_view(), name="attempt"),
    path("faits/", attempts.RecordFacts.as_view(), name="facts"),
    path("justificatif/", justificatifs.Upload.as_view(), name="upload"),
    path("justificatif/<int:pk>/fichier/", justificatifs.file, name="file"),
    path("justificatif/<int:pk>/verifier/", justificatifs.Check.as_view(), name="check"),
    path("delai/<int:pk>/", decisions.AnswerMissed.as_view(), name="answer"),
    path("clore/", decisions.Close.as_view(), name="close"),
    path("continuer/", decisions.Convert.as_view(), name="convert"),
    path("rouvrir/", decisions.Reopen.as_view(), name="reopen"),
    path("confier/", working.Assign.as_view(), name="assign"),
    path("attente/", working.Hold.as_view(), name="hold"),
    path("note/", working.AddNote.as_view(), name="note"),
    path("accord/", working.Consents.as_view(), name="consent"),
    path("coordonnees/", case.contact, name="contact"),
    path("carte/", working.MakeCard.as_view(), name="card"),
    path("faits-anciens/", case.events, name="events"),
]
_CASES: list[URLPattern | URLResolver] = [
    path("", queue.now, name="now"),
    path("apercu/", queue.overview, name="overview"),
    path("dossiers/", cases.cases, name="cases"),
    path("dossiers/nouveau/", opening.open_case, name="open"),
    path("dossiers/<str:reference>/", case.case, name="case"),
    path("dossiers/<str:reference>/", include(_OF_CASE)),
]

urlpatterns: list[URLPattern | URLResolver] = _CASES

# Below /invitation/, outside the namespace: whoever accepts one is not yet a volunteer.
invitation_urlpatterns: list[URLPattern | URLResolver] = []
