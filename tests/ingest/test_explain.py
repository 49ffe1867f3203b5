"""What the program makes of a mail is told in one line of JSON, whatever the mail is."""

import json
from collections.abc import Callable

import pytest

from ingest.explain import explained
from ingest.judge import FileFacts, Verdict
from ledger.ports import Bounce
from ledger.words import Disposition, Kind
from tests.office import identity, judged, unread

KEYS = [
    "path",
    "outcome",
    "kind",
    "service",
    "confidence",
    "needs_review",
    "reasons",
    "subject",
    "from",
    "text",
    "attachments",
    "identity",
    "acknowledge",
    "why_not",
    "bounce",
    "error",
]


def _explained(
    verdict: Verdict, why_not: Callable[[str, tuple[str, ...]], str | None] = lambda *_: None
) -> dict[str, object]:
    line = explained("surat/satu.eml", verdict, why_not)
    spoken = json.dumps(line, ensure_ascii=False).encode("utf-8")
    return json.loads(spoken)  # type: ignore[no-any-return]


@pytest.mark.parametrize("verdict", [judged(), unread(), judged(screened=Disposition.LIST), judged(kind=Kind.LAINNYA)])
def test_every_line_has_the_same_keys(verdict: Verdict) -> None:
    line = _explained(verdict)
    assert list(line) == KEYS
    assert list(line["identity"]) == ["nama", "instansi", "alamat", "telepon"]  # type: ignore[call-overload]


def test_a_complaint_is_told_with_all_that_it_says() -> None:
    who = identity(name="Siti", phone="0812")
    line = _explained(judged("Upah", subject="Aduan", who=who, files=(FileFacts("ktp.jpg", "image/jpeg", 1, "a"),)))
    assert (line["outcome"], line["kind"], line["service"], line["confidence"]) == (
        "recorded",
        "pengaduan",
        "umum",
        0.9,
    )
    assert (line["subject"], line["from"], line["text"], line["attachments"]) == (
        "Aduan",
        "siti@example.org",
        "Upah",
        ["ktp.jpg"],
    )
    assert line["identity"] == {"nama": "Siti", "instansi": None, "alamat": None, "telepon": "0812"}
    assert (line["acknowledge"], line["why_not"], line["bounce"], line["error"]) == (True, None, None, None)


def test_the_policy_is_asked_with_recipient_and_forbidding_rows_and_its_reason_is_told() -> None:
    asked = []

    def why_not(recipient: str, rows: tuple[str, ...]) -> str | None:
        asked.append((recipient, rows))
        return "tidak boleh dijawab"

    line = _explained(judged(no_reply=("Precedence: bulk",)), why_not)
    assert asked == [("siti@example.org", ("Precedence: bulk",))]
    assert (line["outcome"], line["acknowledge"], line["why_not"]) == ("recorded", False, "tidak boleh dijawab")


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        (judged(screened=Disposition.AUTOMATIC), "automatic"),
        (judged(screened=Disposition.LIST), "list"),
        (judged(kind=Kind.LAINNYA), "unregistered"),
        (unread(), "quarantined"),
    ],
)
def test_what_is_not_recorded_is_not_acknowledged_and_says_why(verdict: Verdict, outcome: str) -> None:
    line = _explained(verdict)
    assert (line["outcome"], line["acknowledge"]) == (outcome, False)
    assert line["why_not"]


def test_a_returned_letter_names_recipient_and_status() -> None:
    returned = judged(screened=Disposition.BOUNCE, bounce=Bounce("budi@example.org", "5.1.1"))
    assert _explained(returned)["bounce"] == {"recipient": "budi@example.org", "status": "5.1.1"}
    unclear = judged(screened=Disposition.BOUNCE, bounce=Bounce(None, None))
    assert _explained(unclear)["bounce"] == {"recipient": None, "status": None}


def test_an_unreadable_mail_tells_its_error() -> None:
    assert _explained(unread("rusak \udcff"))["error"] == "rusak \ufffd"


def test_lone_surrogates_anywhere_do_not_stop_the_line() -> None:
    bad = "x\udcff\x00"
    mail = judged(
        bad,
        sender=bad,
        subject=bad,
        files=(FileFacts(bad, bad, 1, "a"),),
        who=identity(name=bad, organisation=bad, address=bad, phone=bad),
        screened=Disposition.BOUNCE,
        bounce=Bounce(bad, "5.1.1"),
    )
    assert "\udcff" not in str(_explained(mail))
