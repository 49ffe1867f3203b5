"""What may be done with an entry, and what may not: every change is an event, and the book stays whole."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from ledger import events, labels, letters, messages, workflow
from ledger.entries import Draft
from ledger.errors import LedgerError
from ledger.models import Arrival, Entry, Event, Letter, Staff
from ledger.verify import ENTRY_VERBS
from ledger.words import CLOSED, Channel, Disposition, Kind, LetterState, Purpose, Role, Status
from ledger.workflow import TRANSITIONS, Act, VersionConflict
from tests.ledger.shelf import put_mail
from tests.office import FIRST, NOW, SECOND, Office, judged, rulebook, write_entry

ACT = Act("siti", NOW + timedelta(minutes=1))


@pytest.fixture
def office(database) -> Office:  # type: ignore[no-untyped-def]
    return Office(database)


def entry_of(office: Office, **fields: object) -> int:
    with office.database.writing() as session:
        return write_entry(session, **fields).id or 0


def hire(session: Session, login: str, role: Role = Role.PETUGAS, *, disabled: bool = False) -> None:
    session.add(Staff(login=login, name=login.title(), role=role, password_hash="-", disabled=disabled, created_at=NOW))
    session.flush()


def do(office: Office, key: int, act: Callable[[Session, Entry], object]) -> Entry:
    """Do one thing with an entry in a transaction of its own, and return the entry as it is then."""
    with office.database.writing() as session:
        act(session, session.get_one(Entry, key))
    return the(office, key)


def the(office: Office, key: int) -> Entry:
    with office.database.reading() as session:
        return session.get_one(Entry, key)


def verbs(office: Office, key: int) -> list[str]:
    with office.database.reading() as session:
        return [event.verb for event in events.of_entry(session, key)]


def correct(values: dict[str, object], act: Act = ACT, **more: str) -> Callable[[Session, Entry], None]:
    return lambda session, entry: workflow.correct(
        session, entry, values, act, rulebook=rulebook(), default_mailbox=FIRST, **more
    )


def undo(act: Act = ACT) -> Callable[[Session, Entry], None]:
    return lambda session, entry: workflow.undo(session, entry, act, default_mailbox=FIRST)


def set_status(status: Status, act: Act = ACT, note: str = "sudah") -> Callable[[Session, Entry], None]:
    return lambda session, entry: workflow.set_status(session, entry, status, act, note=note)


def answer(words: str = "Sudah kami periksa.", act: Act = ACT, **more: object) -> Callable[[Session, Entry], Letter]:
    return lambda session, entry: workflow.answer(
        session,
        entry,
        act,
        words=words,
        default_mailbox=FIRST,
        **more,  # type: ignore[arg-type]
    )


def split(act: Act = ACT, **fields: object) -> Callable[[Session, Entry], Entry]:
    told: dict[str, object] = {"kind": Kind.PERMOHONAN, "service": "ppjp", "matter": "Perkara kedua"}
    return lambda session, entry: workflow.split(
        session,
        entry,
        Draft(channel=Channel.TELEPON, received_at=NOW, **(told | fields)),  # type: ignore[arg-type]
        act,
        rulebook=rulebook(),
        default_mailbox=FIRST,
    )


# Correcting


def test_a_correction_keeps_the_number_moves_the_deadline_and_tells_the_old_value(office: Office) -> None:
    key = entry_of(office, name="Siti", kind=Kind.PENGADUAN)
    before = the(office, key)
    after = do(office, key, correct({"kind": Kind.SARAN, "name": "Siti Aminah"}))
    assert (after.number, after.kind, after.name) == (before.number, Kind.SARAN, "Siti Aminah")
    assert after.due_rule != before.due_rule and after.version == before.version + 1
    with office.database.reading() as session:
        told = events.of_entry(session, key)
        values = events.values_of(session, told)
    assert [event.verb for event in told] == ["dicatat", "diubah"]
    assert values[told[0].id]["name"] == "Siti" and values[told[1].id]["name"] == "Siti Aminah"
    assert "Siti" not in told[1].body
    assert office.wrong() == []


def test_a_correction_that_changes_nothing_is_no_event(office: Office) -> None:
    key = entry_of(office, name="Siti")
    assert do(office, key, correct({"name": " Siti ", "secret": False})).version == 1
    assert verbs(office, key) == ["dicatat"]


@pytest.mark.parametrize(
    "values",
    [
        {"status": Status.SELESAI},
        {"number": "PGD/2026/9999"},
        {"account": "lain"},
        {"kind": Kind.LAINNYA},
        {"kind": "lainnya"},
        {"kind": "tidak ada"},
        {"email": "a" * 320 + "@example.org"},
        {"phone_e164": "+62" * 20},
        {"service": "x" * 40},
        {"name": "Budi", "version": 1},
    ],
)
def test_what_may_not_be_corrected_is_refused_and_nothing_changes(office: Office, values: dict[str, object]) -> None:
    key = entry_of(office, name="Siti")
    with pytest.raises(LedgerError):
        do(office, key, correct(values))
    assert (the(office, key).name, the(office, key).version, verbs(office, key)) == ("Siti", 1, ["dicatat"])


def test_only_naming_the_kind_or_service_ends_the_review(office: Office) -> None:
    key = entry_of(office, needs_review=True, review_reason="Jenisnya meragukan.")
    assert do(office, key, correct({"address": "Jalan Mawar 1"})).needs_review
    after = do(office, key, correct({"kind": Kind.PENGADUAN, "service": "umum"}))
    assert (after.needs_review, after.review_reason) == (False, "")
    assert office.wrong() == []


def test_a_new_telephone_number_does_not_keep_the_old_one_in_its_other_form(office: Office) -> None:
    key = entry_of(office, phone="0812-3456-7890", phone_e164="+6281234567890")
    assert do(office, key, correct({"phone": "tidak ada"})).phone_e164 == ""
    assert office.wrong() == []


def test_what_no_database_can_hold_is_replaced(office: Office) -> None:
    key = entry_of(office)
    after = do(office, key, correct({"name": "Si\x00ti \ud800"}, note="ca\x00tatan"))
    assert after.name == "Si\ufffdti \ufffd"
    do(office, key, lambda session, entry: workflow.add_note(session, entry, ACT, note="\x00\udfff"))
    assert office.wrong() == []


def test_letters_that_reached_nobody_follow_a_corrected_address(office: Office) -> None:
    key = entry_of(office, email="salah@example.org")
    number = the(office, key).number
    office.mark_sent(number, LetterState.FAILED)
    do(office, key, correct({"email": "benar@example.org"}))
    assert office.the_letter(number).recipient == "benar@example.org"
    office.mark_sent(number)
    do(office, key, correct({"email": "lain@example.org"}))
    assert office.the_letter(number).recipient == "benar@example.org"
    assert office.wrong() == []


def acknowledgements(office: Office, key: int) -> list[Letter]:
    return [one for one in office.rows(Letter) if one.entry_id == key and one.purpose is Purpose.TANDA_TERIMA]


def test_an_address_told_later_owes_the_one_acknowledgement(office: Office) -> None:
    key = entry_of(office, service="siskotkln")
    assert acknowledgements(office, key) == []
    do(office, key, correct({"name": "Siti"}))
    assert acknowledgements(office, key) == []
    do(office, key, correct({"email": "siti@example.org"}))
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient, owed.mailbox) == (LetterState.OWED, "siti@example.org", FIRST)
    do(office, key, correct({"email": "aminah@example.org"}))
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient) == (LetterState.OWED, "aminah@example.org")
    office.mark_sent(the(office, key).number)
    do(office, key, correct({"email": "lain@example.org"}))
    (sent,) = acknowledgements(office, key)
    assert (sent.state, sent.recipient) == (LetterState.SENT, "aminah@example.org")
    assert office.wrong() == []


def test_an_address_taken_back_before_the_letter_went_withholds_it_and_told_again_owes_it_again(office: Office) -> None:
    key = entry_of(office)
    do(office, key, correct({"email": "siti@example.org"}))
    assert do(office, key, undo()).email == ""
    (withheld,) = acknowledgements(office, key)
    assert (withheld.state, withheld.recipient) == (LetterState.WITHHELD, "")
    assert withheld.reason == letters.NO_ADDRESS_LEFT and not withheld.releasable
    do(office, key, correct({"email": "aminah@example.org"}))
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient, owed.reason, owed.ended_at) == (
        LetterState.OWED,
        "aminah@example.org",
        "",
        None,
    )
    assert verbs(office, key)[-4:] == ["diurungkan", "surat_ditahan", "diubah", "surat_dilepas"]
    assert office.wrong() == []


def test_an_address_removed_and_given_back_by_undoing_loses_no_letter(office: Office) -> None:
    key = entry_of(office, email="siti@example.org")
    do(office, key, correct({"email": ""}))
    assert acknowledgements(office, key)[0].state is LetterState.WITHHELD
    assert do(office, key, undo()).email == "siti@example.org"
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient) == (LetterState.OWED, "siti@example.org")
    assert office.wrong() == []


def test_a_letter_whose_address_could_not_be_written_to_goes_out_to_the_corrected_one(office: Office) -> None:
    office.settle_one(judged(sender="bukan alamat"))
    (entry,) = office.rows(Entry)
    with office.database.writing() as session:
        (letter,) = letters.of_entry(session, entry.id or 0)
        letters.end(session, letter, LetterState.WITHHELD, reason="bukan alamat", at=NOW)
    do(office, entry.id or 0, correct({"email": "siti@example.org"}))
    assert [one.state for one in acknowledgements(office, entry.id or 0)] == [LetterState.OWED]


def test_an_acknowledgement_that_bounced_goes_to_the_corrected_address_as_the_same_letter(office: Office) -> None:
    office.settle_one(judged(sender="salah@example.org"))
    ((key, number),) = [(entry.id or 0, entry.number) for entry in office.rows(Entry)]
    letter = office.mark_sent(number)
    with office.database.writing() as session:
        letters.came_back(session, session.get_one(Letter, letter.id), reason="550", message_id=1, at=NOW)
    do(office, key, correct({"email": "Salah@Example.org"}))
    assert acknowledgements(office, key)[0].state is LetterState.FAILED, "the same address in other letters"
    do(office, key, correct({"email": "benar@example.org"}))
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient, owed.reason) == (LetterState.OWED, "benar@example.org", "")
    assert owed.rfc_message_id == letter.rfc_message_id
    assert verbs(office, key)[-2:] == ["diubah", "surat_dikirim_ulang"]
    assert office.wrong() == []


def test_a_letter_withheld_because_staff_had_forwarded_the_mail_goes_to_the_citizen(office: Office) -> None:
    key = entry_of(office, email=SECOND)
    office.mark_sent(the(office, key).number, LetterState.WITHHELD)
    do(office, key, correct({"name": "Siti"}))
    assert acknowledgements(office, key)[0].state is LetterState.WITHHELD
    do(office, key, correct({"email": "siti@example.org"}))
    (owed,) = acknowledgements(office, key)
    assert (owed.state, owed.recipient) == (LetterState.OWED, "siti@example.org")
    assert office.wrong() == []


@pytest.mark.parametrize("state", [LetterState.FAILED, LetterState.WITHHELD, LetterState.UNCERTAIN, LetterState.SENT])
def test_no_letter_of_a_closed_entry_goes_out_by_itself_to_a_corrected_address(
    office: Office, state: LetterState
) -> None:
    key = entry_of(office, email="salah@example.org")
    office.mark_sent(the(office, key).number, state)
    with office.database.writing() as session:
        workflow.void(session, session.get_one(Entry, key), ACT, note="salah catat")
    do(office, key, correct({"email": "siti@example.org"}))
    assert [one.state for one in acknowledgements(office, key)] == [state]
    assert office.wrong() == []


@pytest.mark.parametrize("state", [LetterState.UNCERTAIN, LetterState.SENT])
def test_a_letter_that_went_or_may_have_gone_is_not_written_twice(office: Office, state: LetterState) -> None:
    key = entry_of(office, email="salah@example.org")
    office.mark_sent(the(office, key).number, state)
    do(office, key, correct({"email": "siti@example.org"}))
    assert [(one.state, one.recipient) for one in acknowledgements(office, key)] == [(state, "salah@example.org")]


def test_a_mail_taken_in_from_a_file_wants_no_letter_at_a_corrected_address_either(office: Office) -> None:
    raw = office.arrive(judged(sender="bukan alamat"))
    with office.database.noting() as session:
        arrival = session.exec(select(Arrival)).one()
        arrival.silent = True
    office.settle()
    (entry,) = office.rows(Entry)
    do(office, entry.id or 0, correct({"email": "siti@example.org"}))
    (withheld,) = acknowledgements(office, entry.id or 0)
    assert raw and withheld.state is LetterState.WITHHELD and "Diimpor" in withheld.reason


@pytest.mark.parametrize("status", [Status.SELESAI, Status.BATAL])
def test_an_address_told_after_the_end_is_acknowledged_by_a_letter_withheld_with_its_reason(
    office: Office, status: Status
) -> None:
    key = entry_of(office)
    with office.database.writing() as session:
        session.get_one(Entry, key).status = status
    do(office, key, correct({"email": "siti@example.org"}))
    (withheld,) = acknowledgements(office, key)
    assert (withheld.state, withheld.reason) == (LetterState.WITHHELD, workflow.ADDRESS_CAME_LATE)


def test_a_letter_of_a_void_entry_is_neither_sent_again_nor_let_go(office: Office) -> None:
    key = entry_of(office, email="siti@example.org")
    letter = office.mark_sent(the(office, key).number, LetterState.FAILED)
    do(office, key, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    for state, act in ((LetterState.FAILED, workflow.send_again), (LetterState.WITHHELD, workflow.let_go)):
        with office.database.writing() as session:
            row = session.get_one(Letter, letter.id)
            row.state, row.releasable = state, True
        with office.database.writing() as session, pytest.raises(LedgerError, match="sudah batal"):
            act(session, session.get_one(Letter, letter.id), ACT)
        assert office.rows(Letter)[0].state is state


# Status, disposing, forwarding


@pytest.mark.parametrize("start", list(Status))
def test_only_the_permitted_steps_are_taken(office: Office, start: Status) -> None:
    key = entry_of(office)
    for wanted in Status:
        with office.database.writing() as session:
            entry = session.get_one(Entry, key)
            entry.status = start
            if wanted in TRANSITIONS.get(start, frozenset()):
                workflow.set_status(session, entry, wanted, ACT, note="alasan")
                assert entry.status is wanted and (entry.closed_at == ACT.at) is (wanted in CLOSED)
            else:
                with pytest.raises(LedgerError, match="tidak dapat langsung"):
                    workflow.set_status(session, entry, wanted, ACT, note="alasan")
            session.rollback()


def test_every_open_status_leads_on_and_no_closed_one_does() -> None:
    for status in Status:
        assert bool(TRANSITIONS.get(status)) is (status not in CLOSED)
    own_ways = {Status.DIDISPOSISIKAN, Status.DITERUSKAN, Status.DUPLIKAT, Status.BATAL, Status.DITERIMA}
    reachable = frozenset[Status]().union(*TRANSITIONS.values())
    assert reachable == set(Status) - own_ways


def test_a_step_that_closes_needs_words(office: Office) -> None:
    key = entry_of(office)
    with pytest.raises(LedgerError, match="Catatan harus diisi"):
        do(office, key, set_status(Status.DITOLAK, note="  \n"))
    after = do(office, key, set_status(Status.DITOLAK, note=" bukan kewenangan "))
    assert (after.status, after.closed_at) == (Status.DITOLAK, ACT.at)
    assert office.wrong() == []


def test_an_entry_is_disposed_to_staff_who_are_there_or_to_a_unit(office: Office) -> None:
    key = entry_of(office)
    with office.database.writing() as session:
        hire(session, "budi")
        hire(session, "pergi", disabled=True)
        hire(session, "tamu", Role.PEMBACA)
        assert [one.login for one in workflow.officers(session)] == ["budi"]
    for login in ("pergi", "tamu", "siapa", "budi "):
        with pytest.raises(LedgerError, match="tidak mempunyai akun"):
            do(office, key, lambda s, e, login=login: workflow.dispose(s, e, ACT, officer=login, unit=""))  # type: ignore[misc]
    with pytest.raises(LedgerError, match="harus diisi"):
        do(office, key, lambda s, e: workflow.dispose(s, e, ACT, officer="", unit=" "))
    after = do(office, key, lambda s, e: workflow.dispose(s, e, ACT, officer="budi", unit="Sekretariat", note="segera"))
    assert (after.officer, after.unit, after.status) == ("budi", "Sekretariat", Status.DIDISPOSISIKAN)
    assert office.wrong() == []


def test_a_matter_is_forwarded_to_a_named_office(office: Office) -> None:
    key = entry_of(office)
    with pytest.raises(LedgerError, match="Instansi tujuan"):
        do(office, key, lambda s, e: workflow.forward(s, e, ACT, office=" "))
    after = do(office, key, lambda s, e: workflow.forward(s, e, ACT, office="BP3MI Jawa Timur", note="ranah mereka"))
    assert (after.forwarded_to, after.status) == ("BP3MI Jawa Timur", Status.DITERUSKAN)
    assert office.wrong() == []


def test_a_closed_entry_is_neither_disposed_nor_forwarded_nor_merged(office: Office) -> None:
    key, other = entry_of(office), entry_of(office)
    do(office, key, set_status(Status.DITOLAK))
    for act in (
        lambda s, e: workflow.dispose(s, e, ACT, officer="", unit="Sekretariat"),
        lambda s, e: workflow.forward(s, e, ACT, office="BP3MI"),
        lambda s, e: workflow.merge(s, e, ACT, into=s.get_one(Entry, other)),
    ):
        with pytest.raises(LedgerError, match="sudah ditutup"):
            do(office, key, act)
    assert the(office, key).version == 2 and the(office, other).version == 1


# Versions


def test_an_act_on_a_version_that_has_passed_changes_nothing_at_all(office: Office) -> None:
    key = entry_of(office, email="siti@example.org", needs_review=True)
    other = entry_of(office)
    do(office, key, lambda s, e: workflow.add_note(s, e, ACT, note="satu"))
    stale = Act("budi", ACT.at, version=1)
    acts: list[Callable[[Session, Entry], object]] = [
        correct({"name": "Budi"}, stale),
        correct({"name": ""}, stale),
        set_status(Status.DIPROSES, stale),
        answer(act=stale),
        split(stale),
        lambda s, e: workflow.confirm(s, e, stale),
        lambda s, e: workflow.dispose(s, e, stale, officer="", unit="Sekretariat"),
        lambda s, e: workflow.forward(s, e, stale, office="BP3MI"),
        lambda s, e: workflow.add_note(s, e, stale, note="dua"),
        lambda s, e: workflow.merge(s, e, stale, into=s.get_one(Entry, other)),
        lambda s, e: workflow.void(s, e, stale, note="salah catat"),
        undo(stale),
    ]
    before = (len(office.rows(Event)), len(office.rows(Entry)), len(office.rows(Letter)))
    for act in acts:
        # Even a caller that catches the conflict inside its transaction and goes on must find nothing written.
        with office.database.writing() as session, pytest.raises(VersionConflict, match="petugas lain"):
            act(session, session.get_one(Entry, key))
    assert (len(office.rows(Event)), len(office.rows(Entry)), len(office.rows(Letter))) == before
    assert the(office, key).version == 2
    assert office.wrong() == []


def test_the_changes_that_somebody_has_not_seen_are_told(office: Office) -> None:
    key = entry_of(office)
    do(office, key, lambda s, e: workflow.add_note(s, e, ACT, note="satu"))
    do(office, key, set_status(Status.DIPROSES))
    with office.database.reading() as session:
        entry = session.get_one(Entry, key)
        told = {seen: [e.verb for e in workflow.changes_since(session, entry, seen)] for seen in (1, 2, 3, 4)}
    assert told == {1: ["catatan", "status"], 2: ["status"], 3: [], 4: []}


# Undoing


def test_what_was_done_just_now_is_taken_back_with_every_value(office: Office) -> None:
    key = entry_of(office, name="Siti", email="siti@example.org", needs_review=True, review_reason="ragu")
    with office.database.writing() as session:
        hire(session, "budi")
    acts: list[Callable[[Session, Entry], object]] = [
        correct({"kind": Kind.SARAN, "name": "", "email": "lain@example.org", "secret": True, "phone": "0812"}),
        set_status(Status.DITOLAK),
        lambda s, e: workflow.dispose(s, e, ACT, officer="budi", unit="Sekretariat"),
        lambda s, e: workflow.forward(s, e, ACT, office="BP3MI"),
        lambda s, e: workflow.confirm(s, e, ACT),
    ]
    before = the(office, key).model_dump(exclude={"version"})
    for act in acts:
        assert do(office, key, act).model_dump(exclude={"version"}) != before
        assert do(office, key, undo()).model_dump(exclude={"version"}) == before
        assert office.wrong() == []
    assert office.the_letter(str(before["number"])).recipient == "siti@example.org"


def test_what_cannot_be_taken_back_is_not(office: Office) -> None:
    key = entry_of(office, email="siti@example.org")

    def refused(act: Act = ACT) -> None:
        with pytest.raises(LedgerError, match="tidak dapat diurungkan"):
            do(office, key, undo(act))

    refused()
    do(office, key, set_status(Status.DIPROSES))
    refused(Act("budi", ACT.at))
    refused(Act("siti", ACT.at + timedelta(minutes=11)))
    do(office, key, undo())
    refused()
    do(office, key, answer())
    refused()
    assert office.wrong() == []


# Merging, splitting, reopening, voiding


def test_a_duplicate_keeps_its_number_and_names_the_other(office: Office) -> None:
    key, other = entry_of(office), entry_of(office)
    number = the(office, other).number
    after = do(office, key, lambda s, e: workflow.merge(s, e, ACT, into=s.get_one(Entry, other)))
    assert (after.status, after.merged_into, after.closed_at) == (Status.DUPLIKAT, number, ACT.at)
    assert verbs(office, other) == ["dicatat", "menerima_gabungan"]
    with office.database.reading() as session:
        assert [one.id for one in workflow.merged_into(session, session.get_one(Entry, other))] == [key]
    assert office.wrong() == []


def test_nothing_is_merged_into_itself_a_merged_or_a_void_entry(office: Office) -> None:
    key, merged, void = entry_of(office), entry_of(office), entry_of(office)
    do(office, merged, lambda s, e: workflow.merge(s, e, ACT, into=s.get_one(Entry, key)))
    do(office, void, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    for target in (key, merged, void):
        with pytest.raises(LedgerError, match="Entri tujuan"):
            do(office, key, lambda s, e, target=target: workflow.merge(s, e, ACT, into=s.get_one(Entry, target)))  # type: ignore[misc]


def test_an_entry_that_holds_another_is_not_made_void(office: Office) -> None:
    key, other = entry_of(office), entry_of(office)
    do(office, key, lambda s, e: workflow.merge(s, e, ACT, into=s.get_one(Entry, other)))
    with pytest.raises(LedgerError, match="digabungkan ke sini"):
        do(office, other, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    do(office, key, lambda s, e: workflow.reopen(s, e, ACT, note="ternyata lain"))
    assert the(office, key).merged_into == ""
    do(office, other, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    assert office.wrong() == []


def test_a_second_matter_of_a_mail_has_its_own_number_and_its_own_acknowledgement(office: Office) -> None:
    settled = office.settle_one(judged(rfc_message_id="surat@example.org", no_reply=("x-auto",)))
    first = next(entry for entry in office.rows(Entry) if entry.number == settled.number)
    do(office, first.id or 0, split(name="Siti"))
    second = office.rows(Entry)[-1]
    assert (second.split_from, second.channel, second.email) == (first.number, Channel.EMAIL, first.email)
    assert (second.kind, second.received_at, second.mailbox) == (Kind.PERMOHONAN, first.received_at, first.mailbox)
    letter = office.the_letter(second.number)
    assert (letter.purpose, letter.answers, letter.mailbox) == (Purpose.TANDA_TERIMA, "surat@example.org", FIRST)
    with office.database.reading() as session:
        # A mail that must not be answered by a machine is no more so for being two matters.
        assert messages.no_reply_of(session, second.id or 0, to=second.email) == ("x-auto",)
        assert [one.number for one in workflow.split_off(session, first)] == [second.number]
    assert office.wrong() == []


def test_a_split_of_what_was_told_by_telephone_answers_from_the_default_mailbox(office: Office) -> None:
    key = entry_of(office, email="siti@example.org", secret=True)
    do(office, key, split())
    second = office.rows(Entry)[-1]
    assert second.secret and second.channel is Channel.TELEPON
    assert office.the_letter(second.number).mailbox == FIRST
    do(office, second.id or 0, split())
    assert office.rows(Entry)[-1].split_from == second.number
    assert office.wrong() == []


def test_a_void_entry_is_not_split(office: Office) -> None:
    key = entry_of(office)
    do(office, key, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    with pytest.raises(LedgerError, match="sudah batal"):
        do(office, key, split())
    with pytest.raises(LedgerError, match="register"):
        do(office, entry_of(office), split(kind=Kind.LAINNYA))


def test_reopening_needs_a_closed_entry_and_a_reason(office: Office) -> None:
    key = entry_of(office)
    reopen = lambda note: lambda s, e: workflow.reopen(s, e, ACT, note=note)  # noqa: E731
    with pytest.raises(LedgerError, match="tidak dapat dibuka kembali"):
        do(office, key, reopen("alasan"))
    do(office, key, set_status(Status.DITOLAK))
    with pytest.raises(LedgerError, match="Alasan harus diisi"):
        do(office, key, reopen(" "))
    after = do(office, key, reopen("pelapor menambah bukti"))
    assert (after.status, after.closed_at) == (Status.DIPROSES, None)
    assert office.wrong() == []


def test_void_is_for_ever_and_keeps_letters_back(office: Office) -> None:
    key = entry_of(office, email="siti@example.org")
    with pytest.raises(LedgerError, match="Alasan pembatalan"):
        do(office, key, lambda s, e: workflow.void(s, e, ACT, note=""))
    after = do(office, key, lambda s, e: workflow.void(s, e, ACT, note="salah catat"))
    assert (after.status, after.closed_at) == (Status.BATAL, ACT.at)
    letter = office.the_letter(after.number)
    assert (letter.state, letter.reason) == (LetterState.WITHHELD, "Entri dibatalkan sebelum surat dikirim.")
    for act in (
        lambda s, e: workflow.void(s, e, ACT, note="lagi"),
        lambda s, e: workflow.reopen(s, e, ACT, note="lagi"),
        set_status(Status.DIPROSES),
    ):
        with pytest.raises(LedgerError):
            do(office, key, act)
    assert office.wrong() == []


# Answering


def test_an_answer_threads_to_the_citizens_newest_mail_not_to_a_returned_letter(office: Office) -> None:
    settled = office.settle_one(judged(rfc_message_id="satu@example.org"), validity=2)
    first = next(entry for entry in office.rows(Entry) if entry.number == settled.number)
    ours = office.mark_sent(first.number)
    office.settle_one(
        judged(
            "Ini tambahannya.", rfc_message_id="dua@example.org", references=["satu@example.org", ours.rfc_message_id]
        )
    )
    with office.database.noting() as session:
        put_mail(session, Disposition.BOUNCE, raw=b"m1", entry=first, rfc_message_id="mesin1@example.org")
        put_mail(session, Disposition.OWN, raw=b"m2", entry=first, rfc_message_id="mesin2@example.org")
        put_mail(
            session, Disposition.FOLLOW_UP, raw=b"m3", entry=first, rfc_message_id="mesin3@example.org", outgoing=True
        )
    with office.database.writing() as session:
        letter = answer()(session, session.get_one(Entry, first.id))
        assert (letter.answers, letter.purpose) == ("dua@example.org", Purpose.JAWABAN)
        assert ours.rfc_message_id in letter.refers_to
        assert (letter.words, letter.written_by, letter.recipient) == ("Sudah kami periksa.", "siti", first.email)


def test_a_mail_without_a_message_id_leaves_the_thread_to_the_one_before(office: Office) -> None:
    settled = office.settle_one(judged(rfc_message_id="satu@example.org"), validity=2)
    first = next(entry for entry in office.rows(Entry) if entry.number == settled.number)
    ours = office.mark_sent(first.number)
    office.settle_one(judged("Tambahan.", rfc_message_id=None, references=[ours.rfc_message_id]))
    with office.database.writing() as session:
        assert answer()(session, session.get_one(Entry, first.id)).answers == "satu@example.org"


@pytest.mark.parametrize(
    ("start", "becomes", "after"),
    [
        (Status.DITERIMA, Status.DIJAWAB, Status.DIJAWAB),
        (Status.DIDISPOSISIKAN, Status.DIJAWAB, Status.DIJAWAB),
        (Status.DITERIMA, Status.MENUNGGU_KELENGKAPAN, Status.MENUNGGU_KELENGKAPAN),
        (Status.MENUNGGU_KELENGKAPAN, Status.MENUNGGU_KELENGKAPAN, Status.MENUNGGU_KELENGKAPAN),
        (Status.DIJAWAB, Status.MENUNGGU_KELENGKAPAN, None),
        (Status.DIPROSES, Status.SELESAI, None),
        (Status.DIPROSES, None, Status.DIPROSES),
        (Status.SELESAI, Status.DIJAWAB, Status.SELESAI),
        (Status.BATAL, Status.DIJAWAB, Status.BATAL),
    ],
)
def test_an_answer_moves_an_open_entry_only(
    office: Office, start: Status, becomes: Status | None, after: Status | None
) -> None:
    key = entry_of(office, email="siti@example.org")
    with office.database.writing() as session:
        entry = session.get_one(Entry, key)
        entry.status = start
        if after is None:
            with pytest.raises(LedgerError, match="Dengan jawaban"):
                answer(becomes=becomes)(session, entry)
            assert len(letters.of_entry(session, key)) == 1
        else:
            answer(becomes=becomes)(session, entry)
            assert entry.status is after
        session.rollback()


@pytest.mark.parametrize("email", ["", "bukan alamat", "a@localhost", "warga@exämple.org"])
def test_nobody_is_answered_who_cannot_be_reached(office: Office, email: str) -> None:
    key = entry_of(office, email=email)
    before = len(office.rows(Letter))
    with office.database.writing() as session, pytest.raises(LedgerError):
        answer()(session, session.get_one(Entry, key))
    assert len(office.rows(Letter)) == before and the(office, key).version == 1


def test_an_answer_without_words_is_no_answer(office: Office) -> None:
    key = entry_of(office, email="siti@example.org")
    with office.database.writing() as session, pytest.raises(LedgerError, match="Isi jawaban"):
        answer(" \n\t")(session, session.get_one(Entry, key))
    assert len(office.rows(Letter)) == 1


# Words


def test_every_verb_has_its_words_and_verify_folds_those_that_set_fields() -> None:
    assert set(labels.VERBS) >= workflow.CHANGING
    assert workflow.CHANGING - set(ENTRY_VERBS) == {"catatan", "menerima_gabungan", "dipisahkan", "berkas"}
    assert set(ENTRY_VERBS) <= workflow.CHANGING


# Any history

WORDS = st.text(max_size=12)
WHICH = st.integers(0, 5)
STEPS = st.one_of(
    st.tuples(st.just("correct"), WHICH, st.sampled_from(sorted(workflow.CORRECTABLE)), WORDS),
    st.tuples(st.just("kind"), WHICH, st.sampled_from(list(Kind)), st.sampled_from(["ppjp", "umum", "siskotkln"])),
    st.tuples(st.just("status"), WHICH, st.sampled_from(list(Status)), WORDS),
    st.tuples(st.just("dispose"), WHICH, st.sampled_from(["", "budi", "siapa"]), WORDS),
    st.tuples(st.just("forward"), WHICH, WORDS, WORDS),
    st.tuples(st.just("note"), WHICH, WORDS, WORDS),
    st.tuples(st.just("merge"), WHICH, WHICH, WORDS),
    st.tuples(st.just("split"), WHICH, st.sampled_from(list(Kind)), WORDS),
    st.tuples(st.just("reopen"), WHICH, WORDS, WORDS),
    st.tuples(st.just("void"), WHICH, WORDS, WORDS),
    st.tuples(st.just("answer"), WHICH, WORDS, st.sampled_from([None, *Status])),
    st.tuples(st.just("undo"), WHICH, WORDS, WORDS),
    st.tuples(st.just("confirm"), WHICH, WORDS, WORDS),
    st.tuples(st.just("mail"), WHICH, WORDS, WORDS),
)


def take(session: Session, step: tuple[object, ...], entry: Entry, other: Entry, act: Act) -> None:
    name, _, first, second = step
    match name:
        case "correct":
            correct({str(first): second}, act)(session, entry)
        case "kind":
            correct({"kind": first, "service": second}, act)(session, entry)
        case "status":
            workflow.set_status(session, entry, Status(str(first)), act, note=str(second))
        case "dispose":
            workflow.dispose(session, entry, act, officer=str(first), unit=str(second))
        case "forward":
            workflow.forward(session, entry, act, office=str(first), note=str(second))
        case "note":
            workflow.add_note(session, entry, act, note=str(first))
        case "merge":
            workflow.merge(session, entry, act, into=other)
        case "split":
            split(act, kind=first, matter=messages.storable(str(second)))(session, entry)
        case "reopen":
            workflow.reopen(session, entry, act, note=str(first))
        case "void":
            workflow.void(session, entry, act, note=str(first))
        case "answer":
            answer(str(first), act, becomes=second)(session, entry)
        case "undo":
            undo(act)(session, entry)
        case "confirm":
            workflow.confirm(session, entry, act)


@trying(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(STEPS, min_size=1, max_size=12), stale=st.integers(0, 3))
def test_whatever_is_done_with_the_book_it_stays_whole(
    office: Office, history: list[tuple[object, ...]], stale: int
) -> None:
    with office.database.writing() as session:
        if not workflow.officers(session):
            hire(session, "budi")
        for email in ("", "siti@example.org", "bukan alamat"):
            write_entry(session, email=email, needs_review=not email)
    office.settle_one(judged(no_reply=("x",)))
    for place, step in enumerate(history):
        if step[0] == "mail":
            office.settle_one(judged(str(step[2]).replace("\x00", "").encode("utf-8", "replace").decode() or "isi"))
            continue
        with office.database.reading() as session:
            newest = list(session.exec(select(Entry).order_by(col(Entry.id).desc()).limit(6)))
            key, other = newest[int(str(step[1])) % len(newest)].id, newest[len(str(step[2])) % len(newest)].id
            events_before, version = len(session.exec(select(Event.id)).all()), session.get_one(Entry, key).version
        act = Act(["siti", "budi"][place % 2], NOW + timedelta(minutes=place), version=version if place % 4 else stale)
        try:
            with office.database.writing() as session:
                take(session, step, session.get_one(Entry, key), session.get_one(Entry, other), act)
        except LedgerError:
            assert the(office, key or 0).version == version
            assert len(office.rows(Event)) == events_before
    assert office.wrong() == []
    for entry in office.rows(Entry):
        assert (entry.closed_at is not None) is (entry.status in CLOSED)
        assert bool(entry.merged_into) <= (entry.status in (Status.DUPLIKAT, Status.BATAL))
        with office.database.reading() as session:
            assert len(workflow.changes_of(session, entry)) == entry.version
