"""The decisions of design hold in every file of the platform, and each rule catches what breaks it.

A file that stands here has its reason; a new one is a decision, to be made on purpose.
"""

import ast

import pytest

from tests.house import design
from tests.house.design import Rule
from tests.house.tree import APPS, name_of, parsed, python_files

# Who may read the clock: the edge, which hands the moment down.
EDGE = ("/views/", "/views.py", "/tasks.py", "/middleware.py", "/adapter.py", "/management/commands/", "web/demo/")
# Rules whose exceptions are named: the file and what stands there, or the file alone.
ALLOWED: dict[str, dict[str, str]] = {
    "open_names_in_queries": {
        "accounts/access/doors.py": "one column, computed; its name is written out the line before",
        "accounts/actions/teams.py": "the columns that the caller writes out as keywords",
        "cases/actions/emptying.py": "the columns are written out in the table of what is emptied",
        "cases/access/exports.py": "the columns are written out; what is empty is left away",
        "cases/access/lists.py": "the same",
        "cases/models/case.py": "two sub-queries, written out the lines before",
        "config/copies/moving.py": "every column of every table, as the models name them",
        "notifications/actions/__init__.py": "the columns that the caller writes out as keywords",
        "observatory/actions/freezing.py": "the columns are written out, used three times",
        "observatory/actions/measuring.py": "columns of the plan's own table; keywords of the caller",
        "observatory/actions/releasing.py": "the columns that the caller writes out as keywords",
        "observatory/models.py": "a wall around Django's own update",
        "vault/actions/antechamber.py": "the columns that the caller writes out as keywords",
    },
    "raw_sql": {
        "accounts/access/doors.py": "two SECURITY DEFINER functions, which give ids only",
        "accounts/access/operating.py": "the functions of operators' counts, which give numbers and instants only",
        "accounts/scope/__init__.py": "set_config of the scope",
        "accounts/scope/walls.py": "policies and constraints of migrations",
        "cases/actions/emptying.py": "a PRAGMA that empties SQLite's log of writes",
        "config/copies/moving.py": "tables of the schema, by the owner: triggers off and on, sequences",
        "config/copies/postgres.py": "snapshots, catalogues and digests, by the owner",
        "config/copies/restoring.py": "the file of grants, by the owner",
        "config/management/commands/grant_roles.py": "the file of grants, by the owner",
        "config/ticking.py": "the advisory lock of a job",
        "config/fit.py": "which version, which migrations",
        "config/checks.py": "what the role may do",
    },
    "put_together_sql": {
        "config/copies/moving.py": "names of tables, quoted, and the file of grants",
        "config/copies/postgres.py": "names of tables, quoted",
        "config/copies/restoring.py": "the file of grants, as it is committed",
        "config/management/commands/grant_roles.py": "the file of grants, as it is committed",
    },
    "sends_tasks": {
        "config/celery.py": "in a worker, where no request waits: a daily job that failed, again",
        "vault/box/pokes.py": "after the commit, with a budget, and it may be lost",
    },
    "unescaped": {
        "web/desk/pages/card.py": "a picture that segno drew of an address of ours",
        "web/parts/french.py": "a date in words, of which no sign was typed",
        "web/parts/styleguide.py": "a sample, outside production",
    },
    "fetches": {
        "cases/actions/pinging.py": "the addresses of SWEEP_PINGS, an operator's setting",
        "cases/actions/stamping.py": "the authority of TSA_URL, an operator's setting",
        "config/management/commands/runplatform.py": "is the port free, does the child answer?",
        "notifications/smtp.py": "the mail server of the settings",
        "vault/box/antivirus.py": "the scanner of CLAMD_URL, an operator's setting",
    },
    "speaks": {
        "vault/management/commands/redact_file.py": "the name of an error, to whoever runs the command",
        "vault/actions/analysing.py": "the outage's own name",
        "vault/actions/checking.py": "numbers, and a code for what is wrong",
        "notifications/actions/direct.py": "codes of refusals",
    },
    "reads_clocks": {
        "config/celery.py": "when a worker ended a task, for the table of jobs",
        "config/metrics.py": "the edge of an operator's question",
        "accounts/access/passkeys.py": "a challenge lives for minutes in the browser's own session",
        "web/parts/sessions.py": "a view that portal and desk share",
    },
}
RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        *(design.open_names_in_queries, design.raw_sql, design.put_together_sql, design.sends_tasks),
        *(design.unescaped, design.fetches, design.runs_data, design.speaks, design.reads_clocks),
    )
}
BAD = [
    ("open_names_in_queries", "Case.objects.filter(**request.GET.dict())"),
    ("open_names_in_queries", "rows.exclude(**asked)"),
    ("open_names_in_queries", "Q(**{f'{name}__exact': value})"),
    ("open_names_in_queries", "rows.order_by(request.GET['order_by'])"),
    ("open_names_in_queries", "rows.order_by(*fields)"),
    ("open_names_in_queries", "rows.annotate(**form.cleaned_data)"),
    ("open_names_in_queries", "rows.alias(**{name: F('pk')})"),
    ("open_names_in_queries", "rows.values(*request.query_params.getlist('fields'))"),
    ("raw_sql", "connection.cursor()"),
    ("raw_sql", "Case.objects.raw('SELECT 1')"),
    ("raw_sql", "rows.extra(where=['1=1'])"),
    ("raw_sql", "rows.annotate(n=RawSQL('1', ()))"),
    ("raw_sql", "cursor.execute('SELECT 1')"),
    ("put_together_sql", "cursor.execute(f'SELECT * FROM {table}')"),
    ("put_together_sql", "cursor.execute('SELECT ' + name)"),
    ("put_together_sql", "cursor.execute('SELECT %s' % name)"),
    ("put_together_sql", "rows.raw('SELECT {}'.format(name))"),
    ("sends_tasks", "seal.delay(case.pk)"),
    ("sends_tasks", "seal.apply_async(args=[1])"),
    ("sends_tasks", "current_app.send_task('cases.seal')"),
    ("sends_tasks", "pokes.poke('cases.seal')"),
    ("asks_managers", "Case.objects.all()"),
    ("asks_managers", "Case._base_manager.get(pk=1)"),
    ("unescaped", "mark_safe(request.GET['q'])"),
    ("unescaped", "SafeString(case.note)"),
    ("unescaped", "format_html(f'<b>{name}</b>')"),
    ("fetches", "import requests"),
    ("fetches", "from urllib.request import urlopen"),
    ("fetches", "import http.client"),
    ("fetches", "def fetch():\n    import socket"),
    ("runs_data", "import pickle"),
    ("runs_data", "from yaml import load"),
    ("runs_data", "eval(text)"),
    ("runs_data", "exec(text)"),
    ("runs_data", "__import__(name)"),
    ("runs_data", "os.system(text)"),
    ("runs_data", "subprocess.run(text, shell=True)"),
    ("speaks", "print(case.member.first_name)"),
    ("speaks", "log.warning(f'{user.email} failed')"),
    ("speaks", "log.info('case of %s', member.email)"),
    ("speaks", "log.exception('it failed')"),
    ("speaks", "log.error('it failed: %s', error)"),
    ("speaks", "log.error('it failed', exc_info=True)"),
    ("reads_clocks", "timezone.now()"),
    ("reads_clocks", "date.today()"),
    ("reads_clocks", "datetime.now(tz=UTC)"),
    ("reads_clocks", "time.time()"),
    ("reads_clocks", "timezone.localdate()"),
]
GOOD = [
    ("open_names_in_queries", "rows.only(*_COLUMNS)"),
    ("open_names_in_queries", "rows.filter(state=asked['state']).order_by('-pk')"),
    ("raw_sql", "rows.filter(pk=1)"),
    ("put_together_sql", "cursor.execute('SELECT %s', [name])"),
    ("sends_tasks", "pokes.poke_on_commit(ANALYSE)"),
    ("asks_managers", "access.case_for(membership, reference)"),
    ("unescaped", "format_html('<b>{}</b>', name)"),
    ("fetches", "from urllib.parse import urlencode"),
    ("runs_data", "json.loads(text)"),
    ("runs_data", "re.compile(text)"),
    ("speaks", "log.warning('deposit %s: try %s: %s', deposit.pk, deposit.tries, type(error).__name__)"),
    ("reads_clocks", "timezone.localtime(moment)"),
]


def every_rule() -> dict[str, Rule]:
    return RULES | {"asks_managers": design.asks_managers}


@pytest.mark.parametrize("name", RULES)
def test_a_decision_holds_everywhere_but_where_it_is_named(name: str) -> None:
    allowed = ALLOWED.get(name, {})
    found = {
        f"{name_of(path)}:{line}": words
        for path in python_files(*APPS)
        if name_of(path) not in allowed and not (name == "reads_clocks" and _is_edge(name_of(path)))
        for line, words in RULES[name](parsed(path))
    }

    assert found == {}


def _is_edge(path: str) -> bool:
    return any(part in f"/{path}" for part in EDGE)


def test_pages_are_no_exception_where_rows_or_workers_are_asked() -> None:
    strict = ("open_names_in_queries", "raw_sql", "put_together_sql", "sends_tasks", "fetches", "speaks")

    assert [path for name in strict for path in ALLOWED[name] if path.startswith("web/")] == []


@pytest.mark.parametrize("name", ALLOWED)
def test_no_exception_outlives_its_reason(name: str) -> None:
    files = {name_of(path): path for path in python_files(*APPS)}

    unused = [path for path in ALLOWED[name] if path not in files or not list(RULES[name](parsed(files[path])))]
    assert unused == []


@pytest.mark.parametrize(("name", "source"), BAD, ids=[f"{name}: {source}" for name, source in BAD])
def test_what_breaks_a_decision_is_caught(name: str, source: str) -> None:
    assert list(every_rule()[name](ast.parse(source)))


@pytest.mark.parametrize(("name", "source"), GOOD, ids=[f"{name}: {source}" for name, source in GOOD])
def test_what_keeps_to_it_passes(name: str, source: str) -> None:
    assert list(every_rule()[name](ast.parse(source))) == []


def test_every_rule_has_a_sample_of_both_kinds() -> None:
    assert {name for name, _ in BAD} == every_rule().keys() == {name for name, _ in GOOD}
