"""A PostgreSQL beyond this machine is spoken to over verified TLS alone, in whatever way its URL names it."""

import errno
import socket

import pytest
from sqlalchemy.engine import make_url

from config.reach import is_loopback, trouble_with_postgresql, unreached

HERE = [
    "",
    "/buku",
    "buku@/buku",
    "buku:sandi@localhost/buku",
    "buku:sandi%40kantor@127.0.0.1:5432/buku",
    "buku@127.9.9.9",
    "buku@[::1]:5432/buku",
    "/buku?host=/var/run/postgresql",
    "buku@/buku?host=/var/run/postgresql&port=5433",
    "/buku?host=localhost",
    "/buku?host=localhost:5432&host=127.0.0.1:5433",
    "/buku?host=localhost,/run/postgresql",
    "/buku?host=%2Frun%2Fpostgresql",
    "127.0.0.1/buku?hostaddr=127.0.0.1&sslmode=disable",
]
ELSEWHERE = [
    "db.example.org",
    "db.example.org/buku",
    "buku:sandi@db.example.org:5432/buku",
    "192.0.2.7/buku",
    "[2001:db8::7]:5432/buku",
    "127.0.0.1.example.org/buku",
    "localhost.example.org/buku",
    "localhost,db.example.org/buku",
    "/buku?host=db.example.org",
    "/buku?host=db.example.org:5432",
    "/buku?host=localhost&host=db.example.org",
    "/buku?host=localhost:5432&host=db.example.org:5432",
    "/buku?host=localhost,db.example.org",
    "/buku?host=/run/postgresql,db.example.org",
    "localhost/buku?host=db.example.org",
    "localhost/buku?hostaddr=192.0.2.7",
    "/buku?host=localhost&hostaddr=127.0.0.1,192.0.2.7",
    "/buku?host=db%2Eexample.org",
    "localhost/buku?service=pusat",
]
TOO_WEAK = [
    "sslmode=disable",
    "sslmode=allow",
    "sslmode=prefer",
    "sslmode=require",
    "sslmode=verify-ca",
    "sslmode=VERIFY-FULL",
    "sslmode=",
    "sslmode=verify-full&sslmode=disable",
    "sslrootcert=/etc/ssl/pusat.pem",
    "sslrootcert=system",
    "xsslmode=verify-full",
]
READ_IN_TWO_WAYS = [
    "localhost:5/x@db.example.org/buku",
    "localhost:5?x@db.example.org/buku",
    "buku:a@localhost@db.example.org/buku",
    "localhost/buku?application_name=@db.example.org",
    "localhost:lima/buku",
    "localhost:1,db.example.org:2/buku",
    "localhost#@db.example.org/buku",
    "local host/buku",
]


@pytest.fixture(autouse=True)
def _no_word_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGHOSTADDR", "PGSERVICE"):
        monkeypatch.delenv(name, raising=False)


def trouble(rest: str) -> str:
    return trouble_with_postgresql(f"postgresql+psycopg://{rest}")


@pytest.mark.parametrize("rest", HERE)
def test_a_postgresql_on_this_machine_needs_no_tls(rest: str) -> None:
    assert trouble(rest) == ""


@pytest.mark.parametrize("rest", ELSEWHERE)
def test_a_postgresql_elsewhere_is_taken_with_verified_tls_and_never_without(rest: str) -> None:
    further = "&" if "?" in rest else "?"
    assert "sslmode=verify-full" in trouble(rest)
    assert trouble(f"{rest}{further}sslmode=verify-full&sslrootcert=/etc/ssl/pusat.pem") == ""


@pytest.mark.parametrize("weak", TOO_WEAK)
def test_every_weaker_mode_is_refused(weak: str) -> None:
    assert "sslmode=verify-full" in trouble(f"db.example.org/buku?{weak}")


@pytest.mark.parametrize("rest", READ_IN_TWO_WAYS)
def test_a_url_that_might_mean_another_server_is_not_read_at_all(rest: str) -> None:
    assert "tidak dapat dibaca" in trouble(rest)
    assert "tidak dapat dibaca" in trouble(f"{rest}?sslmode=verify-full")


@pytest.mark.parametrize("rest", [*HERE, *ELSEWHERE])
def test_the_library_that_connects_reads_the_same_hosts(rest: str) -> None:
    dialect = make_url("postgresql+psycopg://").get_dialect()()
    _, named = dialect.create_connect_args(make_url(f"postgresql+psycopg://{rest}"))
    hosts = [host for key in ("host", "hostaddr") for host in str(named.get(key, "")).split(",") if host]
    beyond = [host for host in hosts if not host.startswith("/") and not is_loopback(host)]
    assert bool(beyond or named.get("service")) is (rest in ELSEWHERE)


@pytest.mark.parametrize(
    ("name", "value"), [("PGHOST", "db.example.org"), ("PGHOSTADDR", "192.0.2.7"), ("PGSERVICE", "pusat")]
)
def test_what_the_environment_says_of_the_server_counts_as_well(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert "sslmode=verify-full" in trouble("/buku")
    assert trouble("/buku?sslmode=verify-full") == ""
    assert (trouble("localhost/buku") == "") is (name == "PGHOST")


def test_a_password_is_never_repeated() -> None:
    for rest in ("buku:sangat-rahasia@db.example.org/buku", "buku:sangat@rahasia@db.example.org/buku"):
        assert "sangat" not in trouble(rest)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "nama server tidak dikenal"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "sambungan ditolak"),
        (ConnectionResetError(errno.ECONNRESET, "Connection reset by peer"), "sambungan diputus"),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "tidak ada jalan ke sana"),
        (OSError("apa saja"), "apa saja"),
    ],
)
def test_why_a_server_is_out_of_reach_is_told_in_plain_words(wrong: OSError, said: str) -> None:
    assert unreached(wrong) == said
