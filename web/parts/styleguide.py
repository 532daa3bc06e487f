"""The living catalogue: every component with invented data. Registered outside production only."""

from datetime import date
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from web.parts import bars
from web.parts.forms import DatePartsField, HouseForm
from web.parts.icons import NAMES
from web.parts.weeks import weeks

TODAY = date(2026, 11, 23)
SENT = date(2026, 10, 15)
DUE = date(2026, 11, 26)

REGISTERS = ("public", "member", "desk")

COLOURS = (
    ("paper", "le fond"),
    ("surface", "cartes, champs"),
    ("sunken", "creux, segments"),
    ("ink", "texte"),
    ("ink-soft", "texte second"),
    ("line", "filets"),
    ("line-strong", "bords de champs"),
    ("prune", "liens, icônes"),
    ("prune-fill", "boutons pleins"),
    ("prune-tint", "choisi, en cours"),
    ("tilleul", "surligneur, une fois par page"),
    ("late", "dépassé, erreur"),
    ("soon", "bientôt"),
    ("wait", "en attente, information"),
    ("done", "fait"),
    ("calm", "sans urgence"),
)

CHIPS = (
    ("late", "alert", "Délai dépassé, à vérifier"),
    ("soon", "glass", "Délai J\u20113"),
    ("check", "eye", "Justificatif à vérifier"),
    ("wait", "clock", "Sans réponse depuis 5 j"),
    ("wait", "send", "Relance à envoyer"),
    ("", "hand", "Confié par Léa"),
    ("done", "check", "Reçu"),
    ("", "pause", "En pause"),
)


REASONS = (
    "Le courrier est parti le jeudi 15 octobre 2026 : cachet de la poste, vu par Paul.",
    "Le délai est de six semaines à compter de l’envoi, soit 42 jours : même jour de la semaine.",
    "Le 26 novembre est un jour ouvré. Tombé un dimanche, le délai n’aurait pas été reporté.",
)

TIMELINE: tuple[dict[str, str], ...] = (
    {"kind": "next", "icon": "phone", "text": "À faire : appeler le 34 22.", "when": "avant jeudi"},
    {"kind": "", "icon": "lock", "text": "Léa B. a ouvert le dossier.", "when": "aujourd’hui, 9 h 41"},
    {
        "kind": "late",
        "icon": "phone",
        "text": "Appel sans résultat.",
        "when": "vendredi 20 novembre, 16 h 52",
        "note": "« Rappeler le matin. »",
    },
    {"kind": "done", "icon": "check", "text": "Justificatif demandé.", "when": "jeudi 19 novembre"},
)

ROWS: tuple[dict[str, Any], ...] = (
    {
        "here": True,
        "pick": True,
        "reference": "OPP-9QF2M",
        "who": "Awa D.",
        "url": "#",
        "about": "Naissances 2026 · OPP-9QF2M",
        "chip": {"kind": "late", "icon": "alert", "text": "Dernier jour demain"},
        "fact": "Courrier du 13 octobre.",
        "action": {"url": "#", "label": "Appeler le 34 22", "icon": "phone"},
    },
    {
        "who": "Karim B.",
        "url": "#",
        "pick": True,
        "reference": "OPP-2WX8C",
        "about": "Clôture, été 2026 · OPP-2WX8C",
        "chip": {"kind": "check", "icon": "eye", "text": "Justificatif à vérifier"},
        "fact": "Déposé hier à 21 h 12.",
        "action": {"url": "#", "label": "Vérifier le document", "icon": "eye"},
    },
)

STEPS = (
    {"label": "Préparer", "state": "done"},
    {"label": "Appeler", "state": "current"},
    {"label": "Noter", "state": "todo"},
    {"label": "Recevoir", "state": "todo"},
)

TICKS: tuple[dict[str, Any], ...] = (
    {"title": "Sous la main : le courrier et la carte Vitale", "checked": True},
    {"title": "Dire la demande", "say": "« Je m’oppose à la création de mon espace santé. »"},
    {"title": "Demander le nom du conseiller", "detail": "et une référence"},
)

VALUES = (
    bars.Value(label="avec justificatif", value=1214, margin=60, tone=1, group="Oppositions"),
    bars.Value(label="sans justificatif", value=396, margin=60, tone=2, group="Oppositions"),
    bars.Value(label="sans réponse ou refus", value=258, margin=60, tone=3, group="Oppositions"),
    bars.Value(label="avec justificatif", value=None, group="Clôtures"),
)

# A pattern that looks like a QR code and says nothing.
QR = mark_safe(
    '<svg viewBox="0 0 7 7" role="img" aria-label="Code à scanner"><path fill="#231a25" '
    'd="M0 0h3v3H0zM4 0h1v1H4zM6 0h1v2H6zM4 2h1v2H4zM2 4h1v3H2zM5 4h2v1H5zM4 5h1v2H4z"/></svg>'
)


class SampleForm(HouseForm, forms.Form):
    """Every kind of box once."""

    first_name = forms.CharField(label="Prénom", help_text="Celui que la personne emploie.")
    sent_on = DatePartsField(
        label="De quand date le courrier ?", help_text="La date du cachet, par exemple 20 11 2026."
    )
    known_by = forms.ChoiceField(
        label="Connue par", choices=[("postmark", "Cachet de la poste"), ("memory", "Mémoire")]
    )
    channel = forms.ChoiceField(
        label="Par quel moyen ?",
        choices=[("phone", "Par téléphone"), ("web", "Sur le site"), ("letter", "Par lettre")],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": "3"}))
    proof = forms.FileField(label="Justificatif", required=False, help_text="PDF, JPEG ou PNG, 25 Mo au plus.")
    agreed = forms.BooleanField(label="Nous suivons votre dossier et gardons vos dates.", required=False)


def _forms() -> dict[str, forms.Form]:
    typed = {
        "first_name": "",
        "sent_on_day": "31",
        "sent_on_month": "février",
        "sent_on_year": "2026",
        "known_by": "memory",
    }
    return {
        "fresh": SampleForm(auto_id="fresh_%s"),
        "wrong": SampleForm(typed, auto_id="wrong_%s"),
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("registre", "")
    register = asked if asked in REGISTERS else REGISTERS[0]
    chart = bars.bars(VALUES)
    grid = weeks(SENT, due=DUE, today=TODAY)
    samples = {
        "register": register,
        "registers": [{"url": f"?registre={name}", "label": name, "current": name == register} for name in REGISTERS],
        "colours": COLOURS,
        "chips": CHIPS,
        "icons": sorted(NAMES),
        "reasons": REASONS,
        "events": TIMELINE,
        "rows": ROWS,
        "steps": STEPS,
        "ticks": TICKS,
        "values": VALUES,
        "total": {"value": 1868, "margin": 180},
        "chart": chart,
        "grid": grid,
        "due": DUE,
        "today": TODAY,
        "checked_on": date(2026, 11, 1),
        "qr": QR,
        "facts": ({"term": "Adhérente", "value": "Monique D."}, {"term": "Effacement", "value": "26 février 2027"}),
        "trail": ({"url": "#", "label": "Maintenant"},),
        "owners": (
            {"url": "#", "label": "À moi", "count": "12", "current": True},
            {"url": "#", "label": "Équipe", "count": "99+"},
        ),
        "people": (
            {"url": "#", "label": "Lina", "about": "à faire en premier"},
            {"url": "#", "label": "Moi", "about": "en cours"},
        ),
        **_forms(),
    }
    return render(request, "public/styleguide.html", samples)
