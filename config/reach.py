"""Tells what stays on this machine from what leaves it, which way to a database is safe, and why none is reached."""

import errno
import os
import re
import socket
import ssl
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qs

# Narrower than what SQLAlchemy reads: a second reading of the same text, by which another server is meant, is shut out.
_POSTGRESQL = re.compile(
    r"postgresql\+psycopg://(?:[^@/?#\s]*@)?(?P<host>\[[^][@/?#\s]*\]|[^][@:/?#\s]*)(?::\d+)?"
    r"(?:/[^@?#\s]*)?(?:\?(?P<query>[^@#\s]*))?"
)
_WITH_PORT = re.compile(r"(?:\[([^]]*)\]|([^:]*))(?::\d*)?")


def is_loopback(host: str) -> bool:
    """Say whether a host name or address never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def trouble_with_postgresql(url: str) -> str:
    """Say in plain Indonesian why a PostgreSQL URL cannot be used; nothing where it can. Never repeats the URL.

    A server on another machine is spoken to with sslmode=verify-full alone: every weaker mode falls back to plain
    text, or to a stranger's certificate. What libpq takes from PGHOST, PGHOSTADDR and PGSERVICE counts as well.
    """
    read = _POSTGRESQL.fullmatch(url)
    if read is None:
        return (
            "tidak dapat dibaca sebagai alamat PostgreSQL: postgresql+psycopg://pengguna@server:porta/nama diharapkan; "
            "tanda khusus ditulis sebagai kode, misalnya %40 untuk @"
        )
    asked = parse_qs(read["query"] or "")
    if all(map(_is_here, _named_hosts(read["host"], asked))) or asked.get("sslmode") == ["verify-full"]:
        return ""
    return (
        "server PostgreSQL di komputer lain hanya dihubungi dengan TLS yang diperiksa: tambahkan "
        "?sslmode=verify-full&sslrootcert=BERKAS pada akhir alamatnya (BERKAS: sertifikat CA, atau system)"
    )


def _named_hosts(host: str, asked: dict[str, list[str]]) -> Iterator[str]:
    """Yield every server that the URL or libpq's own environment may mean, and the name of a service file's entry."""
    hosts = [one for one in (host, *asked.get("host", [])) if one]
    addresses = asked.get("hostaddr") or [os.environ.get("PGHOSTADDR", "")]
    for several in (*(hosts or [os.environ.get("PGHOST", "")]), *addresses):
        yield from several.split(",")
    yield from (f"service:{name}" for name in asked.get("service") or [os.environ.get("PGSERVICE", "")] if name)


def _is_here(host: str) -> bool:
    """Say whether a host as libpq reads it is this machine: nothing, the folder of a Unix socket, or loopback."""
    if not host or host.startswith(("/", "@")) or is_loopback(host):
        return True
    parted = _WITH_PORT.fullmatch(host)
    return parted is not None and is_loopback(parted[1] or parted[2])


_NO_TLS = ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE")
_OFFLINE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN)


def unreached(wrong: Exception) -> str:
    """Say in plain Indonesian why a server was not reached; in the library's words where it is nothing usual."""
    match wrong:
        case socket.gaierror():
            return "nama server tidak dikenal"
        case ConnectionRefusedError():
            return "sambungan ditolak"
        case ConnectionError():
            return "sambungan diputus"
        case OSError() if wrong.errno in _OFFLINE:
            return "tidak ada jalan ke sana"
        case ssl.SSLError() if wrong.reason in _NO_TLS:
            return "porta ini tidak memakai TLS; periksa nomor porta dan `security` di office.toml"
    return str(wrong)
