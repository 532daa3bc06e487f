"""`POST /api/v1/deadlines/explain/`: the engine for anyone, without a trace."""

import json
import random
import subprocess
import sys
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from procedures import registry
from procedures.rules.texts import say_date
from tests.config.processes import ROOT
from tests.factories import OPPOSITION
from tests.people import HouseClient
from tests.web.api.test_cases import error_of
from tests.web.public.test_calculator import asked as on_the_page

URL = "/api/v1/deadlines/explain/"
SENT = {"procedure": OPPOSITION, "facts": {"sent": "2022-02-03"}}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_asked_before() -> None:
    cache.clear()


def ask(client: HouseClient, body: object, **rest: Any) -> Any:
    content = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(URL, content, content_type="application/json", **rest)


def test_every_deadline_comes_back_explained(client: HouseClient) -> None:
    response = ask(client, SENT)

    told = response.json()
    assert response.status_code == 200
    assert [(one["key"], one["due"]) for one in told] == [("opposer", "2022-03-17"), ("justificatif", None)]
    assert told[0]["start"] == {"earliest": "2022-02-03", "latest": "2022-02-03", "known_by": None}
    assert told[0]["last_useful"] == {"phone": "2022-03-17T17:30:00"}
    assert told[1]["start"] == {"earliest": None, "latest": None, "known_by": None}
    assert "jeudi 17 mars 2022" in told[0]["explanation"]["fr"]
    assert "Thursday 17 March 2022" in told[0]["explanation"]["en"]


def test_a_fact_may_be_written_on_a_line_or_as_an_object(client: HouseClient) -> None:
    dated = {"earliest": "2022-02-03", "latest": "2022-02-10", "known_by": "memory"}
    line = {**SENT, "facts": {"sent": "2022-02-03..2022-02-10@memory"}}

    as_line, as_object = ask(client, line).json(), ask(client, {**SENT, "facts": {"sent": dated}}).json()

    assert as_line == as_object
    assert as_line[0]["start"] == dated
    assert ask(client, {**SENT, "facts": {"sent": as_line[0]["start"]}}).json() == as_line


def test_one_deadline_alone_may_be_asked_for_and_facts_may_be_missing(client: HouseClient) -> None:
    (told,) = ask(client, {"procedure": OPPOSITION, "deadline": "opposer"}).json()
    everything = ask(client, {"procedure": OPPOSITION, "deadline": None, "facts": {}}).json()

    assert (told["key"], told["due"], len(everything)) == ("opposer", None, 2)


def test_nothing_is_stored_and_nobody_is_recognised(client: HouseClient) -> None:
    with CaptureQueriesContext(connection) as asked:
        response = ask(client, SENT)

    assert len(asked) == 0
    assert not response.cookies
    assert not client.cookies


def test_no_token_of_a_form_is_asked_for() -> None:
    strict = HouseClient(enforce_csrf_checks=True)

    assert ask(strict, SENT).status_code == 200


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{", "JSON"),
        ("", "procedure"),
        (b"\xff", "JSON"),
        ("[" * 8000, "JSON"),
        ("1" * 5000, "JSON"),
        ([], "objet JSON"),
        (None, "objet JSON"),
        ("NaN", "pas du JSON"),
        ('{"procedure": NaN}', "pas du JSON"),
        ('{"procedure": "a", "facts": {"sent": -Infinity}}', "pas du JSON"),
        ('{"procedure": "a", "facts": {"sent": 1e999}}', "pas du JSON"),
        ('{"procedure": "\\ud800"}', "pas du JSON"),
        ('{"\\udfff": "a"}', "pas du JSON"),
        ('{"procedure": "😀"}', "n’est pas une démarche connue"),
        ('{"a":' * 300 + "1" + "}" * 300, "inconnu"),
        ({}, "« procedure » manque"),
        ({"procedure": 1}, "« procedure » manque"),
        ({"procedure": "mes"}, "« mes » n’est pas une démarche connue"),
        ({"procedure": "\x00'--"}, "n’est pas une démarche connue"),
        ({**SENT, "fact": {}}, "Paramètre inconnu : fact"),
        ({**SENT, "deadline": "oppose"}, "n’est pas un délai de"),
        ({**SENT, "deadline": ["opposer"]}, "« deadline » manque"),
        ({**SENT, "facts": []}, "« facts » est un objet"),
        ({**SENT, "facts": None}, "« facts » est un objet"),
        ({**SENT, "facts": {"posted": "2022-02-03"}}, "« posted » n’est pas un fait connu"),
        ({**SENT, "facts": {"sent": 20220203}}, "donnez un texte"),
        ({**SENT, "facts": {"sent": {"earliest": "2022-02-03"}}}, "« latest » manque"),
        ({**SENT, "facts": {"sent": {"earliest": "2022-02-03", "latest": "2022-02-03", "day": 1}}}, "inconnu : day"),
        ({**SENT, "facts": {"sent": {"earliest": "2022-02-09", "latest": "2022-02-03"}}}, "est après"),
        ({**SENT, "facts": {"sent": "2022-02-30"}}, "n’est pas un jour du calendrier"),
        ({**SENT, "facts": {"sent": "1899-12-31"}}, "hors des années 1900 à 2150"),
        ({**SENT, "facts": {"sent": "2022-02-03@rumour"}}, "façon de connaître une date"),
        ({**SENT, "facts": {"deletion_requested": "maybe"}}, "n’est pas une réponse à deletion_requested"),
        ('{"procedure": "a", "procedure": "b"}', "Donné deux fois : procedure"),
        (
            '{"procedure": "mon-espace-sante/opposition", "facts": {"sent": "2022-02-03", "sent": "2022-02-04"}}',
            "Donné deux fois : sent",
        ),
    ],
)
def test_a_wrong_question_is_400_and_one_sentence(client: HouseClient, body: object, complaint: str) -> None:
    response = ask(client, body, headers={"accept-language": "fr"})

    message = response.json()["error"]["message"].replace("\u00a0", " ").replace("\u202f", " ")
    assert error_of(response) == (400, "bad_parameter")
    assert complaint in message
    assert "\n" not in message


def test_a_wrong_question_is_told_in_the_reader_s_language(client: HouseClient) -> None:
    response = ask(client, {"procedure": "mes"}, headers={"accept-language": "en"})

    assert response.json()["error"]["message"].startswith("«mes» is not a known procedure: use one of")


def test_what_is_not_json_or_too_long_is_refused(client: HouseClient) -> None:
    form = client.post(URL, {"procedure": OPPOSITION})
    long = ask(client, json.dumps(SENT) + " " * 20_000)

    assert error_of(form) == (415, "unsupported_media_type")
    assert error_of(long) == (413, "too_large")


def test_a_body_in_pieces_is_refused_with_what_to_do(client: HouseClient) -> None:
    response = ask(client, SENT, HTTP_TRANSFER_ENCODING="chunked")

    assert error_of(response) == (411, "length_required")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_it_is_only_posted_to(client: HouseClient, method: str) -> None:
    response = getattr(client, method)(URL, headers={"accept-language": "fr"})

    assert error_of(response) == (405, "method_not_allowed")
    assert response.json()["error"]["message"] == "Cette adresse ne prend que POST."


def test_a_parameter_in_the_address_is_refused(client: HouseClient) -> None:
    response = client.post(f"{URL}?language=fr", json.dumps(SENT), content_type="application/json")

    assert error_of(response) == (400, "bad_parameter")


def test_one_network_may_not_ask_without_end(client: HouseClient) -> None:
    answers = [ask(client, {"procedure": "mes"}).status_code for _ in range(120)]

    refused, elsewhere = ask(client, SENT), ask(client, SENT, REMOTE_ADDR="192.0.2.7")

    assert set(answers) == {400}
    assert error_of(refused) == (429, "too_many_requests")
    assert refused["Retry-After"] == "60"
    assert elsewhere.status_code == 200


def test_reading_is_not_counted(client: HouseClient) -> None:
    for _ in range(121):
        assert client.get("/api/v1/deadlines/explain/").status_code == 405

    assert ask(client, SENT).status_code == 200


@pytest.mark.slow
def test_the_page_the_interface_and_the_command_say_the_same(client: HouseClient) -> None:
    chance, last = random.Random(7), date(2026, 11, 1)
    for number in range(24):
        day = last - timedelta(days=chance.randrange(1500))
        kind, known = chance.choice((("sent", "written"), ("received", "received")))
        (told,) = ask(client, {"procedure": OPPOSITION, "deadline": "opposer", "facts": {kind: str(day)}}).json()
        status, page = on_the_page(client, day, known=known)
        assert (status, say_date(date.fromisoformat(told["due"]), "fr") in page) == (200, True), (kind, day)
        if number < 3:
            assert by_command(f"{kind}={day}") == told


def by_command(fact: str) -> Any:
    command = [sys.executable, "manage.py", "explain_deadline", OPPOSITION, "opposer", "--fact", fact, "--json"]
    (told,) = json.loads(subprocess.run(command, cwd=ROOT, env={}, capture_output=True, check=True).stdout)
    return told


def test_every_procedure_answers(client: HouseClient) -> None:
    for definition in registry.all_current():
        told = ask(client, {"procedure": definition.key}).json()
        assert [one["key"] for one in told] == [rule.key for rule in definition.deadlines]
