"""Mail comes out of .eml files, mbox files and Maildirs as it went in, with the best that is told of its receipt."""

import mailbox
from datetime import UTC, datetime
from pathlib import Path

from ingest import files
from ingest.files import FiledMail

PLAIN = b"From: a@example.org\r\nSubject: satu\r\nDate: Mon, 02 Mar 2026 11:00:00 +0700\r\n\r\nisi\r\n"
BETWEEN = b"From orang@example.org Mon Mar  2 11:00:00 2026\n"
RELAYED = b"Received: from x by y; Tue, 03 Mar 2026\r\n 08:15:00 +0700\r\n" + PLAIN


def mails_in(path: Path) -> list[FiledMail]:
    """Return the mails of a place, of which every file can be read."""
    unread: list[Path] = []
    found = list(files.mails_in(path, lambda which, _: unread.append(which)))
    assert unread == []
    return found


def test_a_single_mail_keeps_its_bytes_and_its_date(tmp_path: Path) -> None:
    (tmp_path / "satu.eml").write_bytes(PLAIN)
    (found,) = mails_in(tmp_path / "satu.eml")
    assert found.raw == PLAIN
    assert found.received_at == datetime(2026, 3, 2, 4, tzinfo=UTC)


def test_the_newest_received_header_goes_before_the_senders_date(tmp_path: Path) -> None:
    (tmp_path / "satu.eml").write_bytes(RELAYED)
    (found,) = mails_in(tmp_path / "satu.eml")
    assert found.received_at == datetime(2026, 3, 3, 1, 15, tzinfo=UTC)


def test_a_mail_without_any_date_counts_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "satu.eml"
    file.write_bytes(b"Subject: x\r\n\r\nisi")
    (found,) = mails_in(file)
    assert found.received_at == datetime.fromtimestamp(file.stat().st_mtime, UTC)


def test_an_mbox_line_in_front_of_an_eml_is_no_part_of_the_mail(tmp_path: Path) -> None:
    (tmp_path / "satu.eml").write_bytes(b"From a@example.org Mon Mar  2 11:00:00 2026\r\n" + PLAIN)
    (found,) = mails_in(tmp_path / "satu.eml")
    assert found.raw == PLAIN


def test_an_mbox_gives_each_of_its_mails(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "kotak.mbox")
    for number in range(3):
        box.add(PLAIN.replace(b"satu", b"nomor %d" % number).replace(b"\r\n", b"\n"))
    box.close()
    found = list(mails_in(tmp_path / "kotak.mbox"))
    assert [b"nomor %d" % number in one.raw for number, one in enumerate(found)] == [True] * 3
    assert {one.received_at for one in found} == {datetime(2026, 3, 2, 4, tzinfo=UTC)}


def test_a_maildir_gives_old_and_new_mail(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.M1.host").write_bytes(PLAIN.replace(b"satu", name.encode()))
    assert [b"Subject: cur" in one.raw or b"Subject: new" in one.raw for one in mails_in(tmp_path)] == [True, True]


def test_a_folder_is_walked_and_other_files_are_left(tmp_path: Path) -> None:
    (tmp_path / "dalam").mkdir()
    (tmp_path / "dalam" / "satu.EML").write_bytes(PLAIN)
    (tmp_path / "catatan.txt").write_bytes(b"bukan surat")
    assert [one.path.name for one in mails_in(tmp_path)] == ["satu.EML"]


def test_a_line_of_a_letter_that_an_mbox_had_to_shield_is_as_it_was_written(tmp_path: Path) -> None:
    letter = b"Subject: Pengaduan\n\nFrom sini saya mengadu.\n> From kutipan\n"
    box = mailbox.mbox(tmp_path / "kotak.mbox")
    box.add(letter)
    box.close()
    assert b"\n>From sini" in (tmp_path / "kotak.mbox").read_bytes()
    assert [found.raw for found in mails_in(tmp_path / "kotak.mbox")] == [letter]


def test_a_sentence_that_an_mbox_did_not_shield_does_not_cut_its_letter(tmp_path: Path) -> None:
    first = b"Subject: satu\n\nUpah belum dibayar.\n\nFrom Januari sampai Maret saya lembur.\n"
    second = b"Subject: dua\n\nisi\n"
    (tmp_path / "kotak.mbox").write_bytes(BETWEEN + first + b"\n" + BETWEEN + second)
    assert [found.raw for found in mails_in(tmp_path / "kotak.mbox")] == [first, second]


def test_a_folder_gives_its_mboxes_without_ending_and_a_maildir_its_subfolders(tmp_path: Path) -> None:
    (tmp_path / "surat").mkdir()
    (tmp_path / "surat" / "INBOX").write_bytes(BETWEEN + PLAIN)
    (tmp_path / "surat" / "catatan").write_bytes(b"From Januari sampai Maret belum ada surat.\n")
    for folder in ("cur", "new", ".Lama/cur", ".Lama/new"):
        (tmp_path / "surat" / "Maildir" / folder).mkdir(parents=True)
    for name, folder in (("satu", "new"), ("dua", ".Lama/cur")):
        (tmp_path / "surat" / "Maildir" / folder / name).write_bytes(PLAIN)
    assert [found.path.name for found in mails_in(tmp_path / "surat")] == ["INBOX", "satu", "dua"]


def test_what_cannot_be_read_is_named_and_keeps_no_other_from_being_read(tmp_path: Path) -> None:
    for name in ("a.eml", "c.eml"):
        (tmp_path / name).write_bytes(PLAIN)
    (tmp_path / "b.eml").symlink_to(tmp_path / "tidak-ada.eml")
    unread: list[tuple[str, type[OSError]]] = []
    found = [one.path.name for one in files.mails_in(tmp_path, lambda path, why: unread.append((path.name, type(why))))]
    assert (found, unread) == (["a.eml", "c.eml"], [("b.eml", FileNotFoundError)])


def test_a_date_beyond_the_calendar_is_no_date(tmp_path: Path) -> None:
    file = tmp_path / "satu.eml"
    file.write_bytes(b"Date: Fri, 31 Dec 9999 23:59:59 -0700\r\nSubject: x\r\n\r\nisi")
    (found,) = mails_in(file)
    assert found.received_at == datetime.fromtimestamp(file.stat().st_mtime, UTC)
