"""Accounts of the desk: who may sign in, with which password, for how long, and how guessing is slowed down."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from threading import BoundedSemaphore

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from ledger import events, seals
from ledger.errors import LedgerError
from ledger.models import SignInFailure, Staff, StaffSession
from ledger.words import Role

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
FIRST_LOGIN = "admin"
VERB = "akun"
"""The verb of the events about accounts; under it they name the account, and under "tindakan" what was done."""
MADE = "dibuat"
PROGRAM = "program"
"""The actor of what nobody at the desk did: the first start, and the operator's command line."""

FREE_TRIES = 5
SHORTEST_LOCK = timedelta(seconds=30)
LONGEST_LOCK = timedelta(minutes=15)
ADDRESS_TRIES = 30
ADDRESS_WINDOW = timedelta(minutes=15)
_FAILURES_KEPT = timedelta(days=1)
SEEN_EVERY = timedelta(seconds=60)
"""How exactly the last sight of a session is kept; less would write into the book at every click."""

_LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,39}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_hasher = PasswordHash((Argon2Hasher(),))
_computing = BoundedSemaphore(2)
"""Each comparison takes 64 MB; strangers must not be able to ask for many at once."""


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long a session lasts: without being used, and at most."""

    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Opened:
    """A new session: the token, shown to the browser once and kept nowhere, and whose it is."""

    token: str
    account: Staff


def digest_of(token: str) -> str:
    """Return the SHA-256 under which a session is kept."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def accounts(session: Session) -> Sequence[Staff]:
    """Return every account, those in use first, by login."""
    return session.exec(select(Staff).order_by(col(Staff.disabled), col(Staff.login))).all()


def account(session: Session, login: str) -> Staff:
    """Return the account of a login; raises LedgerError where there is none."""
    found = session.exec(select(Staff).where(Staff.login == login.strip().lower())).first()
    if found is None:
        raise LedgerError("Akun itu tidak ada.")
    return found


def empty(session: Session) -> bool:
    """Say whether nobody has an account yet."""
    return session.exec(select(col(Staff.id)).limit(1)).first() is None


# Accounts


def add(
    session: Session, login: str, name: str, role: Role, *, at: datetime, actor: str, nip: str = ""
) -> tuple[Staff, str]:
    """Open an account and return it with its one-time password; raises LedgerError for a login taken or unfit."""
    login, name = login.strip().lower(), " ".join(name.split())
    if not _LOGIN.fullmatch(login):
        raise LedgerError("Nama masuk: 2 sampai 40 huruf kecil, angka, titik, atau garis, dan diawali huruf.")
    if not name:
        raise LedgerError("Nama petugas harus diisi.")
    if session.exec(select(Staff).where(Staff.login == login)).first() is not None:
        raise LedgerError(f"Nama masuk {login} sudah dipakai.")
    password = one_time_password()
    new = Staff(login=login, name=name, role=role, nip=nip.strip(), password_hash=_hashed(password), created_at=at)
    session.add(new)
    session.flush()
    _note(session, new, MADE, at=at, actor=actor, role=role.value)
    return new, password


def first_account(session: Session, *, at: datetime) -> tuple[Staff, str] | None:
    """Open the account of the administrator where there is none at all; None where somebody has one."""
    if not empty(session):
        return None
    return add(session, FIRST_LOGIN, "Pengelola", Role.ADMIN, at=at, actor=PROGRAM)


def reset(session: Session, who: Staff, *, at: datetime, actor: str) -> str:
    """Give an account a new one-time password, end its sessions, and return the password."""
    password = one_time_password()
    who.password_hash, who.must_change = _hashed(password), True
    who.failures, who.locked_until = 0, None
    _changed(session, who, "sandi direset", at=at, actor=actor)
    end_all(session, who, at=at)
    return password


def disable(session: Session, who: Staff, *, at: datetime, actor: str) -> None:
    """Shut an account and end its sessions; raises LedgerError for the last administrator."""
    if who.disabled:
        return
    _keep_an_administrator(session, who)
    who.disabled = True
    _changed(session, who, "dinonaktifkan", at=at, actor=actor)
    end_all(session, who, at=at)


def enable(session: Session, who: Staff, *, at: datetime, actor: str) -> None:
    """Open a shut account again; its password stays."""
    if who.disabled:
        who.disabled = False
        _changed(session, who, "diaktifkan", at=at, actor=actor)


def set_role(session: Session, who: Staff, role: Role, *, at: datetime, actor: str) -> None:
    """Give an account another role, in force at its next click; raises LedgerError for the last administrator."""
    if role is who.role:
        return
    if role is not Role.ADMIN:
        _keep_an_administrator(session, who)
    who.role = role
    _changed(session, who, "peran diubah", at=at, actor=actor, role=role.value)


def _keep_an_administrator(session: Session, who: Staff) -> None:
    others = select(func.count()).where(
        Staff.role == Role.ADMIN, col(Staff.disabled).is_(False), col(Staff.id) != who.id
    )
    if who.role is Role.ADMIN and not who.disabled and not session.exec(others).one():
        raise LedgerError("Ini pengelola yang terakhir. Beri dahulu akun lain peran Pengelola sistem.")


def _changed(session: Session, who: Staff, act: str, *, at: datetime, actor: str, **plain: str) -> None:
    session.add(who)
    _note(session, who, act, at=at, actor=actor, **plain)


def _note(session: Session, who: Staff, act: str, *, at: datetime, actor: str, **plain: str) -> None:
    said: dict[str, events.Plain] = {"tindakan": act, **plain}
    if who.id is not None:
        said[VERB] = who.id
    personal = {seals.ROW: seals.of_account(who)}
    events.append(session, VERB, at=at, actor=actor, about=events.Subject(), plain=said, personal=personal)


# Passwords


def one_time_password() -> str:
    """Return a password that can be read out by telephone: three groups of five (74 bits)."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))


WRONG_NOW = "Kata sandi yang sekarang tidak cocok. Bila Saudara yakin benar, mintalah pengelola membuatkan yang baru."


def check_password(who: Staff, password: str) -> None:
    """Raise LedgerError where a password is unfit for an account."""
    if len(password) < SHORTEST_PASSWORD:
        raise LedgerError(f"Kata sandi paling sedikit {SHORTEST_PASSWORD} huruf. Beberapa kata biasa sudah baik.")
    if len(password) > LONGEST_PASSWORD:
        raise LedgerError(f"Kata sandi paling banyak {LONGEST_PASSWORD} huruf.")
    if who.login in password.lower() and len(password) < len(who.login) + SHORTEST_PASSWORD:
        raise LedgerError("Kata sandi tidak boleh memuat nama masuk.")
    if len(set(password)) < 4:
        raise LedgerError("Kata sandi terlalu mudah ditebak: hurufnya berulang.")


def change_password(session: Session, who: Staff, old: str, new: str, *, at: datetime) -> None:
    """Change one's own password and end all of one's sessions; raises LedgerError where either password is unfit."""
    if not _fits(old, who.password_hash):
        raise LedgerError(WRONG_NOW)
    if old == new:
        raise LedgerError("Kata sandi baru harus berbeda dari yang lama.")
    check_password(who, new)
    who.password_hash, who.must_change = _hashed(new), False
    _changed(session, who, "sandi diganti", at=at, actor=who.login)
    end_all(session, who, at=at)


def _hashed(password: str) -> str:
    with _computing:
        return _hasher.hash(unicodedata.normalize("NFC", password))


def _fits(password: str, kept: str) -> bool:
    """Say whether a password is the one kept; one kept in a way that this program does not know fits nothing.

    Such an account costs as much to try as any other, so that nobody can tell it from them.
    """
    known = Argon2Hasher.identify(kept)
    against = kept if known else _nobodys()
    with _computing:
        return _hasher.verify(unicodedata.normalize("NFC", password)[:LONGEST_PASSWORD], against) and known


@cache
def _nobodys() -> str:
    """Return the hash of a password that nobody knows, to be compared where there is no account."""
    return _hashed(secrets.token_hex(16))


def make_ready() -> None:
    """Compute what the first unknown login would otherwise wait for, and betray itself by."""
    _nobodys()


# Signing in


@dataclass(frozen=True, slots=True)
class Tried:
    """A password that was compared with that of an account, or with nobody's."""

    staff_id: int | None
    against: str
    fits: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A sign-in that was refused; the words never tell which half was wrong. `wait`: trying again now is useless."""

    words: str
    wait: bool = False


_WRONG = Refused("Nama masuk atau kata sandi tidak cocok. Periksa huruf besar dan kecilnya.")
_CLOSED_A_WHILE = Refused("Kata sandi salah berulang kali. Tunggu beberapa menit, lalu coba lagi.", wait=True)
_TOO_OFTEN = Refused("Terlalu banyak percobaan dari komputer ini. Tunggu 15 menit, lalu coba lagi.", wait=True)


def try_password(session: Session, login: str, password: str, *, address: str, at: datetime) -> Tried | Refused:
    """Compare a password, reading only; an unknown login costs as much as a known one.

    A client address that failed too often in the last quarter of an hour is refused before anything is computed.
    """
    if _tries(session, address, at) >= ADDRESS_TRIES:
        return _TOO_OFTEN
    who = session.exec(select(Staff).where(Staff.login == login.strip().lower())).first()
    against = who.password_hash if who else _nobodys()
    return Tried(who.id if who else None, against, _fits(password, against))


def recognise(session: Session, tried: Tried, *, address: str, at: datetime) -> Staff | Refused:
    """Return the account whose password was compared and fits, or count the failure; the caller commits either way."""
    who = session.get(Staff, tried.staff_id, with_for_update=True) if tried.staff_id else None
    if who is not None and who.locked_until is not None and who.locked_until > at:
        _count(session, address, at)
        return _CLOSED_A_WHILE
    if who is None or who.disabled or not tried.fits or tried.against != who.password_hash:
        _count(session, address, at)
        if who is not None and not who.disabled:
            _slow_down(session, who, at)
        return _WRONG
    who.failures, who.locked_until = 0, None
    session.add(who)
    return who


def sign_in(session: Session, tried: Tried, *, address: str, at: datetime) -> Opened | Refused:
    """Open a session after a password was compared, or count the failure; the caller commits either way."""
    who = recognise(session, tried, address=address, at=at)
    return who if isinstance(who, Refused) else Opened(open_session(session, who, at=at), who)


def open_session(session: Session, who: Staff, *, at: datetime) -> str:
    """Begin a session of an account and return its token."""
    assert who.id is not None, "the account was read from the database"
    token = secrets.token_urlsafe(32)
    session.add(StaffSession(digest=digest_of(token), staff_id=who.id, started_at=at, seen_at=at))
    return token


def _tries(session: Session, address: str, at: datetime) -> int:
    recent = select(func.count()).where(SignInFailure.address == address, col(SignInFailure.at) > at - ADDRESS_WINDOW)
    return session.exec(recent).one()


def _count(session: Session, address: str, at: datetime) -> None:
    session.exec(delete(SignInFailure).where(col(SignInFailure.at) < at - _FAILURES_KEPT))
    session.add(SignInFailure(address=address, at=at))


def _slow_down(session: Session, who: Staff, at: datetime) -> None:
    who.failures += 1
    beyond = who.failures - FREE_TRIES
    if beyond >= 0:
        who.locked_until = at + min(LONGEST_LOCK, SHORTEST_LOCK * 2 ** min(beyond, 10))
    session.add(who)


# Sessions


def signed_in(session: Session, token: str, *, lifetime: Lifetime, at: datetime) -> tuple[Staff, bool] | None:
    """Return whose session a token opens, and whether it is time to note that it was seen; None where it is over."""
    found = session.exec(
        select(StaffSession, Staff)
        .join(Staff, col(StaffSession.staff_id) == col(Staff.id))
        .where(StaffSession.digest == digest_of(token))
    ).first()
    if found is None:
        return None
    kept, who = found
    over = kept.ended_at is not None or at - kept.seen_at > lifetime.idle or at - kept.started_at > lifetime.longest
    return None if over or who.disabled else (who, at - kept.seen_at >= SEEN_EVERY)


def saw(session: Session, token: str, *, at: datetime) -> None:
    """Note that a session was used."""
    kept = session.get(StaffSession, digest_of(token))
    if kept is not None and kept.ended_at is None:
        kept.seen_at = max(kept.seen_at, at)
        session.add(kept)


def end(session: Session, token: str, *, at: datetime) -> None:
    """End one session; nothing happens where there is none."""
    kept = session.get(StaffSession, digest_of(token))
    if kept is not None and kept.ended_at is None:
        kept.ended_at = at
        session.add(kept)


def end_all(session: Session, who: Staff, *, at: datetime) -> int:
    """End every session of an account and return how many there were."""
    alive = session.exec(
        select(StaffSession).where(StaffSession.staff_id == who.id, col(StaffSession.ended_at).is_(None))
    ).all()
    for kept in alive:
        kept.ended_at = at
        session.add(kept)
    return len(alive)


def sign_out_everywhere(session: Session, who: Staff, *, at: datetime, actor: str) -> None:
    """End every session of an account because somebody asked for it."""
    if end_all(session, who, at=at):
        _note(session, who, "sesi diakhiri", at=at, actor=actor)


def alive(session: Session, *, lifetime: Lifetime, at: datetime) -> dict[int, int]:
    """Return how many sessions each account has open."""
    counted = (
        select(StaffSession.staff_id, func.count())
        .where(
            col(StaffSession.ended_at).is_(None),
            col(StaffSession.seen_at) >= at - lifetime.idle,
            col(StaffSession.started_at) >= at - lifetime.longest,
        )
        .group_by(col(StaffSession.staff_id))
    )
    return dict(session.exec(counted).all())
