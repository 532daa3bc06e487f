from datetime import date

import pytest
from django import forms

from web.parts.forms import DatePartsField, HouseForm


class LetterForm(HouseForm, forms.Form):
    sent_on = DatePartsField(label="De quand date le courrier ?", help_text="La date du cachet.")
    name = forms.CharField(label="Prénom", help_text="Celui d’usage.")
    channel = forms.ChoiceField(label="Moyen", choices=[("phone", "34 22")], widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False)


def typed(day: str = "", month: str = "", year: str = "", **more: str) -> dict[str, str]:
    return {"sent_on_day": day, "sent_on_month": month, "sent_on_year": year, **more}


def test_three_boxes_make_a_date() -> None:
    form = LetterForm(typed("20", "11", "2026", name="Odette", channel="phone"))

    assert form.is_valid()
    assert form.cleaned_data["sent_on"] == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (("", "", ""), "Indiquez la date\u00a0: le jour, le mois et l’année."),
        (("20", "", "2026"), "Il manque le mois."),
        (("31", "2", "2026"), "Février 2026 n’a que 28 jours."),
        (("20", "11", "26"), "Écrivez l’année en quatre chiffres, par exemple 2026."),
    ],
)
def test_a_wrong_date_gets_one_sentence_and_what_was_typed_is_kept(parts: tuple[str, str, str], sentence: str) -> None:
    form = LetterForm(typed(*parts))

    assert form.errors["sent_on"] == [sentence]
    assert all(f'value="{part}"' in str(form["sent_on"]) for part in parts if part)


def test_a_date_may_not_lie_beyond_the_day_that_the_request_knows() -> None:
    form = LetterForm(typed("24", "11", "2026", name="Odette", channel="phone"))
    form.not_after(date(2026, 11, 23), "sent_on")

    assert form.errors["sent_on"] == ["Cette date n’est pas encore arrivée. Vérifiez l’année."]
    assert LetterForm(typed("24", "11", "2026", name="Odette", channel="phone")).is_valid()


def test_an_optional_date_may_stay_empty() -> None:
    field = DatePartsField(required=False)

    assert field.clean(["", "", ""]) is None
    assert field.clean(None) is None


def test_label_help_and_error_are_tied_to_their_box() -> None:
    html = str(LetterForm(typed(), auto_id="id_%s"))

    assert '<label class="field__label" for="id_name">' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert '<fieldset class="field" aria-describedby="id_sent_on_helptext id_sent_on_error">' in html
    assert 'aria-invalid="true"' in html


def test_a_required_answer_says_so_in_words_and_the_browsers_bubbles_are_left_out() -> None:
    html = str(LetterForm())

    assert html.count("(obligatoire)") == 3
    assert " required" not in html


def test_several_mistakes_are_listed_first_and_each_leads_to_its_box() -> None:
    html = str(LetterForm(typed(), auto_id="id_%s"))

    assert html.index("error_summary") < html.index("field__error")
    for box in ("id_sent_on_0", "id_name", "id_channel_0"):
        assert f'href="#{box}"' in html
        assert f'id="{box}"' in html


def test_one_mistake_is_told_once_at_its_box() -> None:
    form = LetterForm(typed("20", "11", "2026", channel="phone"))

    assert "error_summary" not in str(form)
    assert str(form).count("Répondez à cette question.") == 1


def test_what_is_wrong_with_the_whole_form_is_an_alert() -> None:
    form = LetterForm(typed("20", "11", "2026", name="Odette", channel="phone"))
    form.full_clean()
    form.add_error(None, "Ce dossier existe déjà.")

    assert 'role="alert"' in str(form)
    assert [line.href for line in form.error_lines()] == [""]


def test_what_people_type_is_escaped_everywhere() -> None:
    assert "<script>" not in str(LetterForm(typed("<script>", "1", "2026", name="<script>")))


@pytest.mark.parametrize("name", ["name", "note"])
@pytest.mark.parametrize("text", ["2 85 05 78 006 084 41", "2850578006084 41", "Mme Trucmuche 285057800608441"])
def test_a_personal_number_is_refused_in_every_line_and_shown_back(name: str, text: str) -> None:
    form = LetterForm(typed("20", "11", "2026", **{"name": "Odette", "channel": "phone", name: text}))

    assert not form.is_valid()
    [sentence] = form.errors[name]
    assert "On dirait un numéro de sécurité sociale" in sentence
    assert text in str(form[name])
    assert name not in form.cleaned_data


def test_a_telephone_number_may_be_noted() -> None:
    form = LetterForm(typed("20", "11", "2026", name="Odette", channel="phone", note="La rappeler au 06 12 34 56 78"))

    assert form.is_valid()


# Boxes that nobody sees


class SentForm(HouseForm, forms.Form):
    token = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    name = forms.CharField(label="Prénom")


SHOWN = {"token": "5f0c7f6e-3c1b-4c59-9d06-5d8d0c5a3b11", "version": 3}


@pytest.mark.parametrize("broken", [{"token": "x"}, {"version": ""}, {"token": "", "version": "9" * 5000}])
def test_what_nobody_typed_is_told_once_and_made_good_while_what_was_typed_stays(broken: dict[str, str]) -> None:
    good = {name: str(value) for name, value in SHOWN.items()}
    form = SentForm(good | {"name": "Odette"} | broken, initial=SHOWN)

    [line] = form.error_lines()
    again = SentForm(form.data, initial=SHOWN)

    assert line.href == ""
    assert "Cette page n’était plus à jour" in line.text
    assert str(form).count("Cette page n’était plus à jour") == 1
    assert 'value="Odette"' in str(form)
    assert again.is_valid()
    assert again.cleaned_data["version"] == 3


# Signs that nobody sees


class TalkForm(HouseForm, forms.Form):
    name = forms.CharField(label="Prénom")
    story = forms.CharField(label="Récit", required=False, widget=forms.Textarea)
    password = forms.CharField(label="Mot de passe", required=False, widget=forms.PasswordInput)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Od\u202eette", "Odette"),
        ("\u2066Odette\u2069", "Odette"),
        ("O\u200bdet\ufeffte\u00ad", "Odette"),
        ("Odette\x07\x1b", "Odette"),
        ("Odette\nDémo\u2028", "Odette Démo"),
        ("Ode\u200dtte", "Odette"),
        ("نامه\u200cای", "نامه\u200cای"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("Élodie d’Órsay-O\u00a0", "Élodie d’Órsay-O"),
    ],
)
def test_signs_that_nobody_sees_do_not_reach_a_line(typed: str, kept: str) -> None:
    form = TalkForm({"name": typed})

    assert form.is_valid()
    assert form.cleaned_data["name"] == kept


def test_a_text_of_several_lines_keeps_its_lines_and_a_password_every_sign() -> None:
    form = TalkForm({"name": "Odette", "story": "un\n\tdeux\u202e\x00", "password": "se\u200bcret"})

    assert form.is_valid()
    assert (form.cleaned_data["story"], form.cleaned_data["password"]) == ("un\n\tdeux", "se\u200bcret")


def test_a_line_of_such_signs_alone_is_empty() -> None:
    assert TalkForm({"name": "\u200b\u202e"}).errors["name"] == ["Répondez à cette question."]


def test_a_number_that_is_written_nowhere_is_not_hidden_by_them() -> None:
    assert "name" in TalkForm({"name": "1 85 05 78\u200b 006 084 41"}).errors
