"""Says in plain words how the book, the mailboxes and the letters stand, and what needs a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ledger.dates import short_moment
from ledger.models import BackupState
from ledger.search import MailboxLine, Today
from ledger.words import LetterState

LATE = timedelta(minutes=30)
"""A mailbox not read for so long needs somebody to look."""
BACKUP_TOO_OLD = timedelta(days=2)
"""A last good backup older than this needs somebody to look."""


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the status; an urgent one needs a person."""

    text: str
    urgent: bool = False


def lines(today: Today, *, zone: ZoneInfo, now: datetime) -> list[StatusLine]:
    """Return the status as lines to read; times are shown in `zone`."""
    mailboxes = [_mailbox(box, zone=zone, now=now) for box in today.mailboxes]
    mailboxes += [unsent_line(box, zone=zone, now=now) for box in today.mailboxes if box.unsent]
    counted = [
        ("surat menunggu dicatat", today.unsettled, False),
        ("surat yang belum diberikan server", today.unfetchable, True),
        ("surat yang hilang dari server sebelum dapat diambil", today.gone, False),
        ("karantina: surat yang tidak dapat dibaca", today.quarantined, True),
        ("perlu ditinjau", today.review, True),
        ("jatuh tempo hari ini", today.due_today, False),
        ("melewati batas waktu", today.overdue, True),
        ("tanda terima dalam antrean", today.underway, False),
        ("tanda terima belum terkirim", today.letters.get(LetterState.FAILED, 0), True),
        ("tanda terima belum pasti sampai", today.letters.get(LetterState.UNCERTAIN, 0), True),
        ("tanda terima ditahan", today.letters.get(LetterState.WITHHELD, 0), False),
    ]
    return mailboxes + [StatusLine(f"{label}: {count}", urgent and count > 0) for label, count, urgent in counted]


def backup_line(state: BackupState | None, *, configured: bool, zone: ZoneInfo, now: datetime) -> StatusLine:
    """Return how old the last good backup is and where it lies; urgent where one is wanted and none is young enough."""
    if state is None or state.succeeded_at is None:
        last = "belum pernah dibuat" if configured else "belum diatur; isikan [backup] folder di office.toml"
    else:
        age = now - state.succeeded_at
        last = f"terakhir {short_moment(state.succeeded_at, zone)}, {in_minutes(age)} yang lalu, di {state.place}"
    trouble = f". {state.trouble}" if state is not None and state.trouble else ""
    return StatusLine(f"cadangan: {last}{trouble}", urgent=configured and (bool(trouble) or _too_old(state, now)))


def _too_old(state: BackupState | None, now: datetime) -> bool:
    return state is None or state.succeeded_at is None or now - state.succeeded_at > BACKUP_TOO_OLD


def _mailbox(box: MailboxLine, *, zone: ZoneInfo, now: datetime) -> StatusLine:
    last = f"terakhir dibaca {short_moment(box.succeeded_at, zone)}" if box.succeeded_at else "belum pernah dibaca"
    if box.trouble:
        since = f" sejak {short_moment(box.failing_since, zone)}" if box.failing_since else ""
        return StatusLine(f"{box.address}: {last}; bermasalah{since}. {box.trouble}", urgent=True)
    late = box.succeeded_at is None or now - box.succeeded_at > LATE
    lag = f", {in_minutes(now - box.succeeded_at)} yang lalu" if box.succeeded_at else ""
    return StatusLine(f"{box.address}: {last}{lag}", urgent=late)


def unsent_line(box: MailboxLine, *, zone: ZoneInfo, now: datetime) -> StatusLine:
    """Say how many letters a mailbox could not send so far, and why; urgent once that lasts."""
    since = box.unsent_since or now
    text = (
        f"{box.address}: {box.unsent} surat kita belum dapat dikirim sejak {short_moment(since, zone)}. {box.hindrance}"
    )
    return StatusLine(text, urgent=now - since > LATE)


def in_minutes(span: timedelta) -> str:
    """Say how long ago something was: "4 menit", "3 jam"."""
    minutes = max(0, int(span.total_seconds() // 60))
    return f"{minutes} menit" if minutes < 120 else f"{minutes // 60} jam"
