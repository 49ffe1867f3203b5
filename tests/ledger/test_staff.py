"""Accounts: passwords that cannot be guessed, sessions that end, and administrators that never run out."""

import json
import re
import unicodedata
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from ledger import events, seals, staff
from ledger.database import Database
from ledger.errors import LedgerError
from ledger.models import Event, EventValue, SignInFailure, Staff, StaffSession
from ledger.staff import Lifetime, Opened, Refused, Tried
from ledger.verify import verify
from ledger.words import Role
from tests.ledger.shelf import NOW

LIFETIME = Lifetime(idle=timedelta(minutes=60), longest=timedelta(hours=12))
GOOD = "kuda terbang di atas sawah"
HOME = "192.0.2.1"


def put(session: Session, login: str = "siti", role: Role = Role.PETUGAS) -> tuple[Staff, str]:
    return staff.add(session, login, "Siti Rahmawati", role, at=NOW, actor="admin")


def attempt(
    database: Database, login: str, password: str, *, address: str = HOME, after: timedelta = timedelta()
) -> Opened | Refused:
    """Sign in as the page does: compare while reading, then count or open while writing."""
    at = NOW + after
    with database.reading() as session:
        tried = staff.try_password(session, login, password, address=address, at=at)
    if isinstance(tried, Refused):
        return tried
    with database.noting() as session:
        return staff.sign_in(session, tried, address=address, at=at)


@pytest.fixture
def password(database: Database) -> str:
    """The one-time password of the account "siti"."""
    with database.writing() as session:
        return put(session)[1]


def session_of(database: Database, login: str = "siti") -> str:
    with database.noting() as session:
        return staff.open_session(session, staff.account(session, login), at=NOW)


def is_signed_in(database: Database, token: str, *, after: timedelta = timedelta()) -> bool:
    with database.reading() as session:
        return staff.signed_in(session, token, lifetime=LIFETIME, at=NOW + after) is not None


# Accounts


def test_a_new_account_has_a_one_time_password_that_must_be_changed(database: Database) -> None:
    with database.writing() as session:
        made, password = put(session)
    assert re.fullmatch(r"([a-z2-9]{5}-){2}[a-z2-9]{5}", password)
    assert made.must_change and not made.disabled
    assert made.password_hash.startswith("$argon2id$") and password not in made.password_hash


def test_one_time_passwords_differ() -> None:
    assert len({staff.one_time_password() for _ in range(50)}) == 50


@pytest.mark.parametrize("login", ["", "s", "Siti R", "1siti", "siti/../x", "a" * 41, "<b>", "siti\n", "sìti"])
def test_a_login_is_a_plain_word(database: Database, login: str) -> None:
    with pytest.raises(LedgerError), database.writing() as session:
        staff.add(session, login.replace("\n", "\nx"), "Siti", Role.PETUGAS, at=NOW, actor="admin")


def test_a_login_is_given_once_however_it_is_written(database: Database, password: str) -> None:
    with pytest.raises(LedgerError, match="sudah dipakai"), database.writing() as session:
        put(session, " SITI ")


def test_an_account_needs_a_name(database: Database) -> None:
    with pytest.raises(LedgerError, match="Nama petugas"), database.writing() as session:
        staff.add(session, "siti", "  ", Role.PETUGAS, at=NOW, actor="admin")


def test_the_first_account_is_made_once(database: Database) -> None:
    with database.writing() as session:
        made = staff.first_account(session, at=NOW)
        assert made is not None and (made[0].login, made[0].role) == ("admin", Role.ADMIN)
    with database.writing() as session:
        assert staff.first_account(session, at=NOW) is None
        assert len(staff.accounts(session)) == 1


def test_an_account_that_is_not_there_is_said_so(database: Database) -> None:
    with database.reading() as session, pytest.raises(LedgerError, match="tidak ada"):
        staff.account(session, "siapa")


def test_the_last_administrator_stays(database: Database) -> None:
    with database.writing() as session:
        chief, _ = put(session, "admin", Role.ADMIN)
        other, _ = put(session, "lain", Role.ADMIN)
        staff.disable(session, other, at=NOW, actor="admin")
        for act in (
            lambda: staff.disable(session, chief, at=NOW, actor="admin"),
            lambda: staff.set_role(session, chief, Role.PEMBACA, at=NOW, actor="admin"),
        ):
            with pytest.raises(LedgerError, match="terakhir"):
                act()
        staff.enable(session, other, at=NOW, actor="admin")
        staff.set_role(session, chief, Role.KEPALA, at=NOW, actor="admin")
        assert chief.role is Role.KEPALA


def test_every_change_of_an_account_is_an_event_without_names_or_passwords(database: Database) -> None:
    with database.writing() as session:
        who, first = put(session)
        second = staff.reset(session, who, at=NOW, actor="admin")
        staff.set_role(session, who, Role.KEPALA, at=NOW, actor="admin")
        staff.set_role(session, who, Role.KEPALA, at=NOW, actor="admin")
        staff.change_password(session, who, second, GOOD, at=NOW)
        staff.open_session(session, who, at=NOW)
        staff.sign_out_everywhere(session, who, at=NOW, actor="admin")
        staff.sign_out_everywhere(session, who, at=NOW, actor="admin")
        staff.disable(session, who, at=NOW, actor="admin")
        staff.disable(session, who, at=NOW, actor="admin")
        staff.enable(session, who, at=NOW, actor="admin")
        staff.enable(session, who, at=NOW, actor="admin")
    with database.reading() as session:
        found = session.exec(select(Event).order_by(Event.id)).all()  # type: ignore[arg-type]
        bodies = [json.loads(event.body)["set"] for event in found]
        assert [each["tindakan"] for each in bodies] == [
            "dibuat",
            "sandi direset",
            "peran diubah",
            "sandi diganti",
            "sesi diakhiri",
            "dinonaktifkan",
            "diaktifkan",
        ]
        assert {event.verb for event in found} == {"akun"}
        assert {event.actor for event in found} == {"admin", "siti"}
        assert {(kept.field, len(kept.value)) for kept in session.exec(select(EventValue))} == {(seals.ROW, 64)}
        said = "".join(event.body for event in found)
        assert not any(secret in said for secret in (first, second, GOOD, "Rahmawati", "argon2"))
        assert not any(one.wrong for one in verify(session))
        assert events.last_moment(session) == NOW


# Passwords


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ("sembilan9", "paling sedikit 10"),
        ("x" * 201, "paling banyak 200"),
        ("siti123456", "nama masuk"),
        ("SITI-rahasia", "nama masuk"),
        ("aaaaaaaaaaaa", "berulang"),
    ],
)
def test_an_unfit_password_is_refused_with_its_reason(database: Database, password: str, wish: str, words: str) -> None:
    with pytest.raises(LedgerError, match=words), database.writing() as session:
        staff.change_password(session, staff.account(session, "siti"), password, wish, at=NOW)


def test_a_password_is_changed_only_by_who_knows_the_old_one(database: Database, password: str) -> None:
    with pytest.raises(LedgerError, match="tidak cocok"), database.writing() as session:
        staff.change_password(session, staff.account(session, "siti"), "bukan yang lama", GOOD, at=NOW)
    with pytest.raises(LedgerError, match="berbeda"), database.writing() as session:
        staff.change_password(session, staff.account(session, "siti"), password, password, at=NOW)


@pytest.mark.parametrize(
    "kept", ["", "-", "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "$argon2id$rusak"]
)
def test_a_password_kept_in_an_unknown_way_fits_nothing_and_is_put_right_by_a_new_one(
    database: Database, password: str, kept: str
) -> None:
    with database.writing() as session:
        staff.account(session, "siti").password_hash = kept
    refused = attempt(database, "siti", password)
    assert isinstance(refused, Refused) and not refused.wait
    with pytest.raises(LedgerError, match="mintalah pengelola"), database.writing() as session:
        staff.change_password(session, staff.account(session, "siti"), password, GOOD, at=NOW)
    with database.writing() as session:
        new = staff.reset(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert isinstance(attempt(database, "siti", new), Opened)


def test_a_changed_password_opens_and_the_old_one_does_not(database: Database, password: str) -> None:
    token = session_of(database)
    with database.writing() as session:
        who = staff.account(session, "siti")
        staff.change_password(session, who, password, GOOD, at=NOW)
        assert not who.must_change
    assert not is_signed_in(database, token)
    assert isinstance(attempt(database, "siti", password), Refused)
    assert isinstance(attempt(database, "siti", GOOD), Opened)


def test_a_password_may_be_typed_in_either_form_of_unicode(database: Database, password: str) -> None:
    composed = "kafé di tepi sungai"
    with database.writing() as session:
        staff.change_password(session, staff.account(session, "siti"), password, composed, at=NOW)
    assert isinstance(attempt(database, "siti", unicodedata.normalize("NFD", composed)), Opened)


def test_a_reset_gives_a_new_one_time_password_and_ends_everything(database: Database, password: str) -> None:
    token = session_of(database)
    for _ in range(staff.FREE_TRIES):
        attempt(database, "siti", "salah sekali")
    with database.writing() as session:
        fresh = staff.reset(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert fresh != password and not is_signed_in(database, token)
    assert isinstance(attempt(database, "siti", password), Refused)
    opened = attempt(database, "siti", fresh)
    assert isinstance(opened, Opened) and opened.account.must_change


# Signing in


def test_the_right_password_opens_a_session_of_which_only_the_digest_is_kept(database: Database, password: str) -> None:
    opened = attempt(database, " Siti ", password)
    assert isinstance(opened, Opened)
    assert len(opened.token) >= 43
    with database.reading() as session:
        kept = session.exec(select(StaffSession)).one()
    assert kept.digest == staff.digest_of(opened.token) != opened.token
    assert is_signed_in(database, opened.token)
    assert not is_signed_in(database, kept.digest)


def test_every_sign_in_gives_another_token(database: Database, password: str) -> None:
    one, two = attempt(database, "siti", password), attempt(database, "siti", password)
    assert isinstance(one, Opened) and isinstance(two, Opened)
    assert one.token != two.token


def test_unknown_wrong_and_disabled_are_refused_in_the_same_words(database: Database, password: str) -> None:
    with database.writing() as session:
        who, secret = put(session, "budi")
        staff.disable(session, who, at=NOW, actor="admin")
    refused = [
        attempt(database, "siapa", password),
        attempt(database, "siti", "bukan ini sandinya"),
        attempt(database, "budi", secret),
        attempt(database, "", ""),
        attempt(database, "siti", "x" * 100_000),
    ]
    assert len(set(refused)) == 1 and isinstance(refused[0], Refused) and not refused[0].wait


def test_an_unknown_login_is_compared_with_a_password_of_the_same_cost(database: Database, password: str) -> None:
    with database.reading() as session:
        known = staff.try_password(session, "siti", "x", address=HOME, at=NOW)
        unknown = staff.try_password(session, "siapa", "x", address=HOME, at=NOW)
    assert isinstance(known, Tried) and isinstance(unknown, Tried)
    assert unknown.staff_id is None and not unknown.fits
    assert known.against.split("$")[:4] == unknown.against.split("$")[:4]


def test_an_account_is_closed_for_a_while_after_five_failures_and_longer_each_time(
    database: Database, password: str
) -> None:
    for _ in range(staff.FREE_TRIES):
        refused = attempt(database, "siti", "salah sekali")
        assert isinstance(refused, Refused) and not refused.wait
    shut = attempt(database, "siti", password)
    assert isinstance(shut, Refused) and shut.wait
    assert attempt(database, "siti", password, after=timedelta(seconds=29)) == shut
    attempt(database, "siti", "salah sekali", after=timedelta(seconds=31))
    assert attempt(database, "siti", password, after=timedelta(seconds=90)) == shut
    assert isinstance(attempt(database, "siti", password, after=timedelta(seconds=92)), Opened)
    with database.reading() as session:
        assert staff.account(session, "siti").failures == 0


def test_an_account_is_never_closed_for_longer_than_a_quarter_of_an_hour(database: Database, password: str) -> None:
    at = timedelta()
    for each in range(20):
        attempt(database, "siti", "salah sekali", address=f"192.0.2.{each}", after=at)
        at += staff.LONGEST_LOCK + timedelta(seconds=1)
    assert isinstance(attempt(database, "siti", password, address="192.0.2.99", after=at), Opened)


def test_a_client_address_is_slowed_down_whatever_login_it_tries(database: Database, password: str) -> None:
    with database.noting() as session:
        session.add_all(SignInFailure(address=HOME, at=NOW) for _ in range(staff.ADDRESS_TRIES - 1))
    attempt(database, "siapa", "salah sekali")
    shut = attempt(database, "siti", password)
    assert isinstance(shut, Refused) and shut.wait
    assert isinstance(attempt(database, "siti", password, address="192.0.2.2"), Opened)
    assert isinstance(attempt(database, "siti", password, after=staff.ADDRESS_WINDOW), Opened)


def test_old_failures_are_thrown_away(database: Database) -> None:
    attempt(database, "siapa", "salah sekali")
    attempt(database, "siapa", "salah sekali", after=timedelta(days=2))
    with database.reading() as session:
        assert len(session.exec(select(SignInFailure)).all()) == 1


def test_a_password_changed_while_another_was_compared_does_not_let_the_old_one_in(
    database: Database, password: str
) -> None:
    with database.reading() as session:
        tried = staff.try_password(session, "siti", password, address=HOME, at=NOW)
    with database.writing() as session:
        staff.reset(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert isinstance(tried, Tried) and tried.fits
    with database.noting() as session:
        assert isinstance(staff.sign_in(session, tried, address=HOME, at=NOW), Refused)


def test_guesses_made_at_the_same_time_do_not_slip_past_the_lock(database: Database, password: str) -> None:
    with database.reading() as session:
        right = staff.try_password(session, "siti", password, address=HOME, at=NOW)
    for _ in range(staff.FREE_TRIES):
        attempt(database, "siti", "salah sekali")
    assert isinstance(right, Tried)
    with database.noting() as session:
        late = staff.sign_in(session, right, address=HOME, at=NOW)
    assert isinstance(late, Refused) and late.wait


# Sessions


def test_a_session_ends_when_it_is_not_used(database: Database, password: str) -> None:
    token = session_of(database)
    assert is_signed_in(database, token, after=timedelta(minutes=60))
    assert not is_signed_in(database, token, after=timedelta(minutes=61))


def test_a_session_in_use_ends_all_the_same_after_its_longest_time(database: Database, password: str) -> None:
    token = session_of(database)
    for hour in range(1, 13):
        with database.noting() as session:
            staff.saw(session, token, at=NOW + timedelta(minutes=59 * hour))
    assert is_signed_in(database, token, after=timedelta(hours=12))
    assert not is_signed_in(database, token, after=timedelta(hours=12, seconds=1))


def test_being_seen_is_noted_only_now_and_then_and_never_backwards(database: Database, password: str) -> None:
    token = session_of(database)
    with database.reading() as session:
        soon = staff.signed_in(session, token, lifetime=LIFETIME, at=NOW + timedelta(seconds=59))
        later = staff.signed_in(session, token, lifetime=LIFETIME, at=NOW + timedelta(seconds=60))
    assert soon is not None and later is not None
    assert (soon[1], later[1]) == (False, True)
    with database.noting() as session:
        staff.saw(session, token, at=NOW - timedelta(days=1))
        assert session.exec(select(StaffSession)).one().seen_at == NOW


def test_a_session_that_was_ended_stays_ended(database: Database, password: str) -> None:
    token = session_of(database)
    with database.noting() as session:
        staff.end(session, token, at=NOW)
        staff.end(session, "tidak ada", at=NOW)
        staff.saw(session, token, at=NOW + timedelta(minutes=2))
    assert not is_signed_in(database, token)


def test_all_sessions_of_an_account_end_and_nobody_elses(database: Database, password: str) -> None:
    with database.writing() as session:
        put(session, "budi")
    mine, also_mine, his = session_of(database), session_of(database), session_of(database, "budi")
    with database.reading() as session:
        assert sorted(staff.alive(session, lifetime=LIFETIME, at=NOW).values()) == [1, 2]
    with database.writing() as session:
        staff.sign_out_everywhere(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert [is_signed_in(database, each) for each in (mine, also_mine, his)] == [False, False, True]


def test_disabling_an_account_ends_its_sessions(database: Database, password: str) -> None:
    token = session_of(database)
    with database.writing() as session:
        staff.disable(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert not is_signed_in(database, token)
    with database.writing() as session:
        staff.enable(session, staff.account(session, "siti"), at=NOW, actor="admin")
    assert not is_signed_in(database, token)


@pytest.mark.parametrize("token", ["", "x", "é" * 50, "\udcff", "x" * 100_000, "' OR 1=1 --"])
def test_a_made_up_token_opens_nothing(database: Database, password: str, token: str) -> None:
    session_of(database)
    assert not is_signed_in(database, token)
