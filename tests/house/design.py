"""Decisions of design as rules on syntax trees: each gives the line and the words of what breaks it."""

import ast
import re
from collections.abc import Callable, Iterator

Found = Iterator[tuple[int, str]]
Rule = Callable[[ast.Module], Found]

_QUERIES = {
    *("filter", "exclude", "get", "get_or_create", "update_or_create", "update", "annotate", "alias", "aggregate"),
    *("values", "values_list", "order_by", "only", "defer", "select_related", "prefetch_related", "distinct", "Q"),
}
_NAMED = {"order_by", "values", "values_list", "only", "defer", "select_related", "prefetch_related", "annotate"}
_OF_A_REQUEST = re.compile(r"\b(?:GET|POST|query_params|cleaned_data|request|data|asked|typed)\b")
_SQL = {"cursor", "raw", "extra", "RawSQL", "executescript"}
_SENDS = {"delay", "apply_async", "send_task", "apply", "signature", "delay_on_commit"}
_FETCHES = {
    *("urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "socket", "ftplib", "telnetlib"),
    *("smtplib", "xmlrpc", "websockets", "paramiko"),
}
_LOADS = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "ruamel", "jsonpickle"}
_RUNS = {"eval", "exec", "compile", "__import__"}
_CLOCKS = {"now", "utcnow", "today", "time", "localdate", "localtime", "utcfromtimestamp", "gmtime"}
_OF_CLOCKS = {"timezone", "datetime", "date", "time", "datetime.datetime", "datetime.date", "django.utils.timezone"}
_LEVELS = {"debug", "info", "warning", "error", "critical", "exception", "log"}
_LOGS = {"log", "logger", "logging"}
# What a log may say: an id, a code, a number, the name of an error.
_SAYABLE = re.compile(
    r"(?:\w+\.)*(?:pk|id|\w+_id|code|tries|attempts|count|state|kind)|type\(\w+\)\.__name__|len\(\w+\)"
)


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call, upon what, and its name: `timezone.now()` is ("timezone", "now"), `print()` ("", "print")."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Attribute):
                yield node, ast.unparse(node.func.value), node.func.attr
            elif isinstance(node.func, ast.Name):
                yield node, "", node.func.id


def open_names_in_queries(tree: ast.Module) -> Found:
    """A query whose columns, operators or order are not written out: whoever fills the dict chooses what is asked."""
    for call, _, name in calls(tree):
        if name not in _QUERIES:
            continue
        stars = [word.value for word in call.keywords if word.arg is None]
        stars += [word.value for word in call.args if isinstance(word, ast.Starred)]
        stars = [word for word in stars if not ast.unparse(word).isupper()]  # a constant of the module
        told = [word for word in call.args if name in _NAMED and _OF_A_REQUEST.search(ast.unparse(word))]
        if stars or told:
            yield call.lineno, ast.unparse(call)


def raw_sql(tree: ast.Module) -> Found:
    for call, upon, name in calls(tree):
        if name in _SQL or (name == "execute" and upon.endswith(("cursor", "connection", "schema_editor"))):
            yield call.lineno, ast.unparse(call)


def put_together_sql(tree: ast.Module) -> Found:
    """A statement with something in it that is no placeholder."""
    for call, upon, name in calls(tree):
        takes = name in {"raw", "RawSQL", "executescript"} or (name == "execute" and upon.endswith("cursor"))
        if takes and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp | ast.Call):
            yield call.lineno, ast.unparse(call)


def sends_tasks(tree: ast.Module) -> Found:
    """A message to a worker, which a request would wait for: only a poke after the commit, which may be lost."""
    for call, upon, name in calls(tree):
        if name in _SENDS or (name == "poke" and upon in {"", "pokes"}):
            yield call.lineno, ast.unparse(call)


def asks_managers(tree: ast.Module) -> Found:
    """`Model.objects` and what lies under it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_base_manager", "_default_manager"}:
            yield node.lineno, ast.unparse(node)


def unescaped(tree: ast.Module) -> Found:
    """Text that a page takes as markup; `format_html` escapes what stands in its places, if its frame is constant."""
    for call, _, name in calls(tree):
        is_frame = name == "format_html" and not (call.args and isinstance(call.args[0], ast.Constant))
        if name in {"mark_safe", "SafeString", "SafeText", "format_html_join", "html_safe"} or is_frame:
            yield call.lineno, ast.unparse(call)


def fetches(tree: ast.Module) -> Found:
    """What could ask another machine for an address that somebody typed."""
    for line, name in _imports(tree):
        if any(name == one or name.startswith(f"{one}.") for one in _FETCHES):
            yield line, name


def runs_data(tree: ast.Module) -> Found:
    """Data that is run: pickles, YAML's objects, text as code, a shell."""
    for line, name in _imports(tree):
        if name.partition(".")[0] in _LOADS:
            yield line, name
    for call, upon, name in calls(tree):
        shell = [word for word in call.keywords if word.arg == "shell" and ast.unparse(word.value) != "False"]
        if (not upon and name in _RUNS) or (upon == "os" and name in {"system", "popen"}) or shell:
            yield call.lineno, ast.unparse(call)


def speaks(tree: ast.Module) -> Found:
    """A log that says more than ids, codes and numbers, or a print."""
    for call, upon, name in calls(tree):
        if not upon and name == "print":
            yield call.lineno, ast.unparse(call)
        elif upon in _LOGS and name in _LEVELS:
            yield from ((call.lineno, one) for one in _said(call, name))


def _said(call: ast.Call, level: str) -> Iterator[str]:
    words = call.args[1:] if level == "log" else call.args
    traced = [word for word in call.keywords if word.arg in {"exc_info", "stack_info", "extra"}]
    if level == "exception" or traced:
        yield "a traceback may repeat what was typed"
    if words and not isinstance(words[0], ast.Constant):
        yield ast.unparse(words[0])
    yield from (ast.unparse(word) for word in words[1:] if not _SAYABLE.fullmatch(ast.unparse(word)))


def reads_clocks(tree: ast.Module) -> Found:
    """The moment of the run; `localtime(moment)` only turns one that was handed down."""
    for call, upon, name in calls(tree):
        if name in _CLOCKS and upon in _OF_CLOCKS and not call.args:
            yield call.lineno, ast.unparse(call)


def _imports(tree: ast.Module) -> Found:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)
