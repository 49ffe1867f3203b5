"""The status says how things stand and marks what needs a person."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from ledger.models import BackupState
from ledger.search import MailboxLine, Today
from ledger.status import BACKUP_TOO_OLD, LATE, StatusLine, backup_line, lines
from ledger.words import LetterState
from tests.office import FIRST, NOW

WIB = ZoneInfo("Asia/Jakarta")
WELL = Today(
    new=3,
    review=0,
    due_today=2,
    overdue=0,
    letters={LetterState.WITHHELD: 4},
    underway=5,
    quarantined=0,
    unsettled=6,
    unfetchable=0,
    gone=0,
    mailboxes=(MailboxLine(FIRST, tried_at=NOW, succeeded_at=NOW - timedelta(minutes=2)),),
)


def _lines(today: Today) -> list[StatusLine]:
    return lines(today, zone=WIB, now=NOW)


def _urgent(today: Today) -> list[str]:
    return [line.text for line in _lines(today) if line.urgent]


def test_nothing_is_urgent_while_all_goes_well() -> None:
    assert _urgent(WELL) == []


def test_waiting_work_is_told_with_its_number() -> None:
    told = {line.text for line in _lines(WELL)}
    assert {
        "surat menunggu dicatat: 6",
        "jatuh tempo hari ini: 2",
        "tanda terima dalam antrean: 5",
        "tanda terima ditahan: 4",
    } <= told


def test_a_mailbox_says_in_local_time_when_it_was_last_read() -> None:
    assert _lines(WELL)[0].text == f"{FIRST}: terakhir dibaca Sen, 23 Nov 2026 10.08, 2 menit yang lalu"


@pytest.mark.parametrize("what", ["review", "overdue", "quarantined", "unfetchable"])
def test_what_only_a_person_can_do_is_urgent(what: str) -> None:
    (said,) = _urgent(replace(WELL, **{what: 7}))
    assert said.endswith(": 7")


@pytest.mark.parametrize("state", [LetterState.FAILED, LetterState.UNCERTAIN])
def test_a_letter_that_did_not_reach_its_reader_is_urgent(state: LetterState) -> None:
    (said,) = _urgent(replace(WELL, letters={state: 1}))
    assert said.startswith("tanda terima")


def _mailbox(**how: object) -> StatusLine:
    return _lines(replace(WELL, mailboxes=(MailboxLine(FIRST, **how),)))[0]  # type: ignore[arg-type]


def test_a_mailbox_is_late_after_half_an_hour_and_not_before() -> None:
    assert not _mailbox(succeeded_at=NOW - LATE).urgent
    assert _mailbox(succeeded_at=NOW - LATE - timedelta(seconds=1)).urgent
    assert _mailbox(succeeded_at=NOW - timedelta(hours=5)).text.endswith("5 jam yang lalu")


def test_a_mailbox_never_read_is_urgent() -> None:
    line = _mailbox()
    assert (line.urgent, line.text) == (True, f"{FIRST}: belum pernah dibaca")


def test_a_mailbox_in_trouble_is_urgent_and_says_since_when_and_why() -> None:
    line = _mailbox(succeeded_at=NOW, failing_since=NOW - timedelta(hours=2), trouble="Sandi ditolak; buat sandi baru.")
    assert line.urgent
    assert "sejak Sen, 23 Nov 2026 08.10. Sandi ditolak; buat sandi baru." in line.text


@pytest.mark.parametrize(("minutes", "urgent"), [(5, False), (31, True)])
def test_letters_that_could_not_be_sent_are_told_with_the_reason_and_are_urgent_once_that_lasts(
    minutes: int, urgent: bool
) -> None:
    box = replace(
        WELL.mailboxes[0],
        unsent=3,
        unsent_since=NOW - timedelta(minutes=minutes),
        hindrance="Server smtp menolak kata sandi.",
    )
    line = _lines(replace(WELL, mailboxes=(box,)))[1]
    assert line.urgent is urgent
    assert line.text.startswith(f"{FIRST}: 3 surat kita belum dapat dikirim sejak Sen, 23 Nov 2026 ")
    assert line.text.endswith(". Server smtp menolak kata sandi.")


def _backup(state: BackupState | None, *, configured: bool = True) -> StatusLine:
    return backup_line(state, configured=configured, zone=WIB, now=NOW)


def test_a_backup_that_was_never_set_up_is_told_and_one_never_made_is_urgent() -> None:
    assert _backup(None, configured=False) == StatusLine(
        "cadangan: belum diatur; isikan [backup] folder di office.toml", urgent=False
    )
    assert _backup(None) == StatusLine("cadangan: belum pernah dibuat", urgent=True)


def test_the_last_backup_is_told_with_its_age_and_place_and_is_urgent_after_two_days() -> None:
    young = BackupState(tried_at=NOW, succeeded_at=NOW - BACKUP_TOO_OLD, place="/stik/buku.cadangan")
    assert _backup(young) == StatusLine(
        "cadangan: terakhir Sab, 21 Nov 2026 10.10, 48 jam yang lalu, di /stik/buku.cadangan", urgent=False
    )
    old = BackupState(tried_at=NOW, succeeded_at=NOW - BACKUP_TOO_OLD - timedelta(seconds=1), place="x")
    assert _backup(old).urgent and not _backup(old, configured=False).urgent


def test_a_backup_that_fails_is_urgent_and_says_what_to_do() -> None:
    line = _backup(BackupState(tried_at=NOW, succeeded_at=NOW, place="x", trouble="Pasang flash disk."))
    assert line.urgent and line.text.endswith("di x. Pasang flash disk.")
