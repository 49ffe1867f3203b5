"""Every mail of tests/mail is read as the twin beside it says; each is named after its sickness."""

import json
from pathlib import Path

import pytest

from ingest.parse import ParsedMail, UnreadableMail, parse
from ingest.quote import separate
from ingest.screen import screen
from ledger.ports import Screening

MAILS = sorted((Path(__file__).parent.parent / "mail").glob("*.eml"))
OWN_ADDRESSES = frozenset({"dinas@example.go.id", "loket@example.go.id"})


def _facts(mail: ParsedMail, screening: Screening) -> dict[str, object]:
    written = separate(mail.text, mail.subject)
    bounce = screening.bounce
    return {
        "subject": mail.subject,
        "sender": [mail.sender.name, mail.sender.address] if mail.sender else None,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "references": list(mail.references),
        "text": mail.text.strip(),
        "astray": mail.astray,
        "enclosed": mail.enclosed,
        "files": [[file.name, file.content_type, len(file.content)] for file in mail.files],
        "file_names": [file.name for file in mail.files],
        "written": written.text,
        "signature": written.signature,
        "outcome": screening.disposition,
        "answerable": bool(screening.disposition is None and not screening.no_reply and mail.sender),
        "bounce": bounce
        and {
            "recipient": bounce.recipient,
            "status": bounce.status,
            "original_message_id": bounce.original_message_id,
        },
    }


def test_there_are_mails_to_read() -> None:
    assert len(MAILS) > 100


@pytest.mark.parametrize("path", MAILS, ids=lambda path: path.stem)
def test_a_mail_is_read_as_its_twin_says(path: Path) -> None:
    twin = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    assert twin.pop("why")
    if twin.pop("unreadable", False):
        with pytest.raises(UnreadableMail):
            parse(path.read_bytes())
        return
    mail = parse(path.read_bytes())
    facts = _facts(mail, screen(mail, own_message=False, own_addresses=OWN_ADDRESSES))
    assert twin.pop("text_contains", "") in mail.text
    assert {key: facts[key] for key in twin} == twin
