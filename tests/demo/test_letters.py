"""Holds that the sample letters are complete, invented, and show what their index says."""

import re
from base64 import b64decode
from collections import Counter
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime

import pytest

from demo.letters import LETTERS, Sample, samples

OFFICE = {"hubinsyaker.kotaprob@gmail.com", "pentalasker@yahoo.co.id"}
RESERVED = re.compile(r"(^|\.)example\.(org|com|net)$")
DOCUMENTATION = re.compile(rb"\b(?:\d{1,3}\.){3}\d{1,3}\b")
BROKEN = "31-rusak"

ALL = samples()
READABLE = {sample.name: sample for sample in ALL if sample.name != BROKEN}

every_letter = pytest.mark.parametrize("sample", list(READABLE.values()), ids=list(READABLE))


def mail(name: str) -> Message:
    return message_from_bytes(READABLE[name].raw)


def everything_written(sample: Sample) -> str:
    """Return the raw mail and, beside it, every part decoded, since an address may hide in base64."""
    leaves = [part for part in message_from_bytes(sample.raw).walk() if not part.is_multipart()]
    decoded = [part.get_payload(decode=True) for part in leaves if part.get_content_type() != "image/jpeg"]
    texts = [content.decode("utf-8", "replace") for content in decoded if isinstance(content, bytes)]
    raw = re.sub(rb"(?m)^[A-Za-z0-9+/=]{60,76}\r$", b"", sample.raw)
    return "\n".join([raw.decode("utf-8", "replace"), *texts])


def test_there_are_at_least_thirty_letters() -> None:
    assert len({sample.name for sample in ALL}) >= 30


def test_index_and_files_agree() -> None:
    assert {sample.name for sample in ALL} == {file.stem for file in LETTERS.glob("*.eml")}
    assert not [key for key, times in Counter((s.name, s.mailbox) for s in ALL).items() if times > 1]


def test_the_letters_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(name.partition("-")[0]) for name in {sample.name for sample in ALL})
    assert numbers == list(range(1, len(numbers) + 1))


def test_samples_come_oldest_first() -> None:
    ages = [sample.hours_ago for sample in ALL]
    assert ages == sorted(ages, reverse=True)
    assert ages[-1] > 0


def test_every_sample_lies_in_a_mailbox_of_the_office() -> None:
    assert {sample.mailbox for sample in ALL} == OFFICE
    assert {sample.folder for sample in ALL} == {"INBOX", "Junk"}


def test_every_note_is_a_sentence() -> None:
    assert all(sample.note[0].isupper() and sample.note.endswith(".") for sample in ALL)


@every_letter
def test_every_letter_is_dated_and_named_in_crlf_lines(sample: Sample) -> None:
    message = message_from_bytes(sample.raw)
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", message["Message-ID"])
    assert parsedate_to_datetime(message["Date"]).utcoffset() is not None
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", sample.raw)
    assert max(map(len, sample.raw.split(b"\r\n"))) <= 998


@every_letter
def test_only_reserved_domains_and_the_office_are_named(sample: Sample) -> None:
    written = everything_written(sample).replace("http://www.w3.org/2000/svg", "")
    addresses = {found.lower() for found in re.findall(r"[\w.+-]+@[\w.-]*\w", written)}
    assert not [found for found in addresses - OFFICE if not RESERVED.search(found.partition("@")[2])]
    hosts = re.findall(r"\b(?:[a-z0-9-]+\.)+(?:org|com|net|id|test|invalid|io|info|local)\b", written.lower())
    assert not [host for host in hosts if not RESERVED.search(host) and host not in {"gmail.com", "yahoo.co.id"}]
    assert not re.search(r"https?://", written)


@every_letter
def test_only_documentation_networks_are_named(sample: Sample) -> None:
    head = sample.raw.partition(b"\r\n\r\n")[0]
    assert all(found.startswith(b"192.0.2.") for found in DOCUMENTATION.findall(head))


def test_enclosed_papers_and_pictures_are_real_files() -> None:
    opening = {"application/pdf": b"%PDF-1.4\n", "image/jpeg": b"\xff\xd8\xff"}
    closing = {"application/pdf": b"%%EOF\n", "image/jpeg": b"\xff\xd9"}
    seen = Counter[str]()
    for name in READABLE:
        for part in mail(name).walk():
            kind = part.get_content_type()
            if kind in opening:
                content = b64decode(str(part.get_payload()))
                assert content.startswith(opening[kind])
                assert content.endswith(closing[kind])
                seen[kind] += 1
    assert seen["application/pdf"] >= 5
    assert seen["image/jpeg"] >= 1


def test_one_letter_lies_in_both_mailboxes() -> None:
    both = [sample for sample in ALL if sample.name.startswith("23-")]
    assert {sample.mailbox for sample in both} == OFFICE
    assert both[0].raw == both[1].raw


def test_the_duplicate_is_the_same_letter_by_another_way() -> None:
    first, again = mail("24-lembur-tidak-tercatat"), mail("25-kiriman-ulang-yang-sama")
    assert first["Message-ID"] == again["Message-ID"]
    assert first.get_payload() == again.get_payload()
    assert first["Received"] != again["Received"]


def test_no_other_two_letters_share_a_message_id() -> None:
    times = Counter(mail(name)["Message-ID"] for name in READABLE)
    assert sorted(times.values())[-2:] == [1, 2]


def test_the_reply_threads_to_the_first_letter() -> None:
    assert mail("26-balasan-mengutip")["In-Reply-To"] == mail("01-pendaftaran-perjanjian-terlambat")["Message-ID"]


def test_automatic_mail_carries_the_marks_of_its_kind() -> None:
    assert mail("28-sedang-cuti")["Auto-Submitted"] == "auto-replied"
    assert mail("29-tidak-tersampaikan").get_content_type() == "multipart/report"
    assert mail("30-nawala-pelatihan")["List-Id"]


def test_the_broken_one_has_not_a_single_header() -> None:
    (broken,) = [sample for sample in ALL if sample.name == BROKEN]
    assert message_from_bytes(broken.raw).keys() == []
    assert b"\x00" not in broken.raw


def test_the_hostile_one_attacks_subject_body_and_attachment() -> None:
    hostile = mail("32-berisi-skrip")
    assert "<script>" in hostile["Subject"]
    assert {"text/html", "image/svg+xml"} <= {part.get_content_type() for part in hostile.walk()}


def test_the_spread_covers_html_alone_old_charsets_and_transfer_encodings() -> None:
    assert mail("11-hanya-html-lembur").get_content_type() == "text/html"
    assert mail("12-latin1-quoted-printable").get_content_charset() == "iso-8859-1"
    encodings = {str(part["Content-Transfer-Encoding"]).lower() for name in READABLE for part in mail(name).walk()}
    assert {"7bit", "8bit", "base64", "quoted-printable"} <= encodings
