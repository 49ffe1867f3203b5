"""The house stands as docs/ARCHITECTURE.md draws it: who may import whom, one door a library, and words not used."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("config", "ledger", "ingest", "replies", "demo")
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [ROOT / "run.py", *(p for room in ROOMS for p in (ROOT / room).rglob("*.py"))]
)

MAY_IMPORT = {
    "run": {"run", "demo", "ingest", "replies", "ledger.desk", "ledger.public", "ledger", "config"},
    "ingest": {"ingest", "ledger", "config"},
    "replies": {"replies", "ledger", "config"},
    "ledger.desk": {"ledger.desk", "ledger", "config"},
    "ledger.public": {"ledger.public", "ledger", "config"},
    "ledger": {"ledger", "config"},
    "config": {"config"},
    "demo": {"demo", "config"},
}

DOORS = {
    "imap_tools": ("ingest/mailbox.py",),
    "imaplib": ("ingest/mailbox.py",),
    "mailparser": ("ingest/parse.py",),
    "pypdf": ("ingest/attached.py", "ledger/documents/typeset.py"),
    "docx": ("ingest/attached.py",),
    "email_validator": ("ledger/addresses.py",),
    "smtplib": ("replies/transport.py",),
    "schedule": ("run.py",),
    "fastapi": ("ledger/desk/", "ledger/public/"),
    "starlette": ("ledger/desk/", "ledger/public/"),
    "jinja2": ("replies/compose.py", "ledger/desk/", "ledger/public/"),
    "typst": ("ledger/documents/press.py",),
    "xlsxwriter": ("ledger/documents/sheets.py",),
    "sqlite3": ("ledger/",),
    "psycopg": ("ledger/",),
    "alembic": ("ledger/",),
    "pymap": ("demo/",),
    "aiosmtpd": ("demo/",),
    "sklearn": ("ingest/learn.py",),
    "scipy": ("ingest/learn.py",),
}

DATABASE_NAMES_OUTSIDE_THE_LEDGER = {"sqlmodel.Session"}
"""Beside the exceptions of sqlalchemy.exc: a session is handed on, a question is asked in the ledger alone."""

CATCH_ALL = {
    ("ingest/settle.py", "_settle_alone"): "one mail must not take the other 49 down",
    ("replies/compose.py", "_rendered"): "a template is a program, and one broken letter must not take the others down",
    ("run.py", "run"): "one job of the daemon must not end in silence",
}
"""The only functions that may catch every exception, three at most, each with its reason."""

POSIX_ONLY_MODULES = {"fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "syslog", "posix", "crypt"}
POSIX_ONLY_NAMES = {
    "os": {
        "fork",
        "forkpty",
        "kill",
        "killpg",
        "getuid",
        "geteuid",
        "getgid",
        "setuid",
        "setsid",
        "chown",
        "mkfifo",
        "wait",
    },
    "signal": {
        "SIGKILL",
        "SIGHUP",
        "SIGUSR1",
        "SIGUSR2",
        "SIGALRM",
        "SIGCHLD",
        "SIGPIPE",
        "alarm",
        "pause",
        "setitimer",
    },
    "select": {"poll", "epoll", "kqueue"},
    "socket": {"AF_UNIX"},
}

WORDS_NOT_USED = {"handler", "manager", "helper", "util", "utils", "data", "info", "ticket"}
NAMED_BY_LIBRARIES = {
    ("replies/transport.py", "data"),
    ("ingest/markup.py", "handle_data"),
    ("demo/servers.py", "handle_DATA"),
}
"""Overrides whose name the library fixed."""


@cache
def _tree(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text(encoding="utf-8"), file)


def _module(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _room(name: str) -> str | None:
    """Return the room of a module, None for a library."""
    first, _, rest = name.partition(".")
    if first == "ledger" and rest.split(".")[0] in ("desk", "public"):
        return f"ledger.{rest.split('.')[0]}"
    return first if first in (*ROOMS, "run") else None


def _imports(file: str) -> Iterator[str]:
    """Yield all that a file imports, wherever in it, each as module.name."""
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: imports are written out in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_the_house_was_found() -> None:
    assert {"run.py", "ingest/settle.py", "ledger/verify.py", "ledger/desk/app.py", "replies/post.py"} <= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_a_file_imports_only_what_lies_below_it(file: str) -> None:
    allowed = MAY_IMPORT[_room(_module(file)) or ""]
    sideways = [name for name in _imports(file) if (room := _room(name)) is not None and room not in allowed]
    assert sideways == []


def test_there_is_no_circle_among_the_modules() -> None:
    modules = {_module(file) for file in FILES}
    # What stands inside a function is imported when it is called; only the rest can make a circle at the start.
    graph = {_module(file): _imported_at_the_start(file, modules) for file in FILES}
    done: set[str] = set()

    def visit(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, f"a circle: {' → '.join((*path, module))}"
        if module not in done:
            for other in graph[module]:
                visit(other, (*path, module))
            done.add(module)

    for module in sorted(modules):
        visit(module, ())


def _imported_at_the_start(file: str, modules: set[str]) -> set[str]:
    found = set()
    for node in _tree(file).body:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (whole & modules) or {str(node.module)}
    return (found & modules) - {_module(file)}


@pytest.mark.parametrize("library", sorted(DOORS))
def test_a_library_has_one_door(library: str) -> None:
    users = [file for file in FILES if any(name.split(".")[0] == library for name in _imports(file))]
    assert [file for file in users if not file.startswith(DOORS[library])] == []


@pytest.mark.parametrize(
    "library",
    ["imap_tools", "mailparser", "email_validator", "smtplib", "schedule", "fastapi", "jinja2", "typst", "xlsxwriter"],
)
def test_every_door_is_one_through_which_somebody_goes(library: str) -> None:
    assert any(name.split(".")[0] == library for file in FILES for name in _imports(file))


@pytest.mark.parametrize("file", [file for file in FILES if not file.startswith("ledger/")])
def test_questions_to_the_database_are_asked_in_the_ledger_alone(file: str) -> None:
    names = [name for name in _imports(file) if name.split(".")[0] in ("sqlmodel", "sqlalchemy")]
    asking = [
        name
        for name in names
        if name not in DATABASE_NAMES_OUTSIDE_THE_LEDGER and not name.startswith("sqlalchemy.exc.")
    ]
    calls = [
        f"line {node.lineno}: .{node.func.attr}()"
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("exec", "execute", "exec_driver_sql", "query", "scalars")
    ]
    assert (asking, calls) == ([], [])


@pytest.mark.parametrize("file", FILES)
def test_no_model_has_a_relationship(file: str) -> None:
    assert [name for name in _imports(file) if name.split(".")[-1].lower() == "relationship"] == []


@pytest.mark.parametrize("file", FILES)
def test_nothing_needs_posix(file: str) -> None:
    modules = [name for name in _imports(file) if name.split(".")[0] in POSIX_ONLY_MODULES]
    names = [
        f"line {node.lineno}: {node.value.id}.{node.attr}"
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.attr in POSIX_ONLY_NAMES.get(node.value.id, set())
    ]
    imported = [
        name for name in _imports(file) if name.split(".")[-1] in POSIX_ONLY_NAMES.get(name.rpartition(".")[0], set())
    ]
    assert (modules, names, imported) == ([], [], [])


def _words(name: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return set(apart.lower().split("_"))


@pytest.mark.parametrize("file", FILES)
def test_empty_words_name_nothing(file: str) -> None:
    defined = [
        node.name
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    names = [*_module(file).split("."), *defined]
    assert [name for name in names if _words(name) & WORDS_NOT_USED and (file, name) not in NAMED_BY_LIBRARIES] == []


def _catches_all(kind: ast.expr | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_catches_all, kind.elts))
    return kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))


def _only_passes_on(clause: ast.ExceptHandler) -> bool:
    last = clause.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def _catch_alls(file: str) -> Iterator[tuple[str, str]]:
    for function in ast.walk(_tree(file)):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and not _only_passes_on(node):
                yield file, function.name


def test_every_exception_is_caught_only_where_one_must_not_take_the_rest_down() -> None:
    found = {place for file in FILES for place in _catch_alls(file)}
    assert found == set(CATCH_ALL)
    assert len(CATCH_ALL) <= 3


@pytest.mark.parametrize("file", [file for file in FILES if file != "run.py" and _room(_module(file)) != "demo"])
def test_the_present_moment_is_handed_in(file: str) -> None:
    # run.py holds the clock; the servers of the demonstration stand for the world outside.
    asked = [
        f"line {node.lineno}"
        for node in ast.walk(_tree(file))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr)
        in {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"), ("time", "time")}
    ]
    assert asked == []
