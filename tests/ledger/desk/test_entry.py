"""An entry is shown as a letter with its correspondence, its facts, and why one letter was not sent."""

import re
from collections.abc import Callable
from datetime import timedelta

from starlette.testclient import TestClient

from ledger import events
from ledger.words import Channel, Disposition, LetterState, Role
from tests.ledger.desk.conftest import Desk
from tests.ledger.shelf import NOW, SECOND, put_arrival, put_entry, put_file, put_letter, put_mail


def test_the_letter_stands_with_its_files_its_quote_folded_and_both_mailboxes(desk: Desk) -> None:
    with desk.database.noting() as session:
        entry = put_entry(session, 1, name="Siti Aminah", due_on="2026-11-26", due_rule="tindak_lanjut")
        mail = put_mail(
            session, Disposition.RECORDED, entry=entry, text="Gaji saya\nbelum dibayar", quoted="> surat lama"
        )
        put_arrival(session, SECOND, raw_digest=mail.raw_digest, message_id=mail.id)
        put_file(session, mail, 0, "slip <gaji>.pdf", b"x" * 2048)
        number = mail.id
    page = desk.text("/buku/PGD/2026/1")
    assert "Gaji saya\nbelum dibayar" in page
    assert re.search(r'<details class="quote">.*&gt; surat lama', page, re.DOTALL)
    assert f"Juga diterima di {SECOND}" in page
    assert "slip &lt;gaji&gt;.pdf" in page and "2 KB" in page and f'href="/surat/{number}/lampiran/0"' in page
    assert "Kamis, 26 November 2026" in page and "3 hari lagi" in page
    assert "Tindak lanjut atau jawaban pertama" in page
    assert f'href="/surat/{number}"' in page


def test_a_letter_that_was_not_sent_says_why(desk: Desk) -> None:
    with desk.database.noting() as session:
        withheld = put_entry(session, 1)
        put_letter(session, withheld, LetterState.WITHHELD, "Pengirim adalah alamat tanpa balasan.")
        failed = put_entry(session, 2, phone="0812-3456-7890")
        put_letter(session, failed, LetterState.FAILED, "Alamat tidak ditemukan oleh server penerima.")
    page = desk.text("/buku/PGD/2026/1")
    assert "Ditahan" in page
    assert re.search(
        r'<details class="why" open>\s*<summary>Mengapa\?</summary>\s*<p>Pengirim adalah alamat tanpa balasan.</p>',
        page,
    )
    page = desk.text("/buku/PGD/2026/2")
    assert re.search(r"note late.*Alamat tidak ditemukan.*Telepon pelapor: 0812-3456-7890", page)
    assert "Tidak ada surat" not in page


def test_the_correspondence_stands_in_the_order_in_which_it_came(desk: Desk) -> None:
    with desk.database.noting() as session:
        entry = put_entry(session, 1)
        put_mail(session, Disposition.RECORDED, entry=entry, text="pertama", received_at=NOW - timedelta(days=2))
        put_mail(session, Disposition.DUPLICATE, entry=entry, text="pertama", subject="SAMA", received_at=NOW)
        put_mail(
            session,
            Disposition.FOLLOW_UP,
            entry=entry,
            text="kedua",
            subject="LANJUT",
            received_at=NOW - timedelta(days=1),
        )
    page = desk.text("/buku/PGD/2026/1")
    assert page.count("pertama") == 1
    assert page.index("LANJUT") < page.index("SAMA")
    assert "Surat susulan" in page and "Surat yang sama" in page


def test_an_answer_that_staff_wrote_in_webmail_is_told_from_letters_of_citizens(desk: Desk) -> None:
    with desk.database.noting() as session:
        entry = put_entry(session, 1)
        put_mail(session, Disposition.FOLLOW_UP, entry=entry, text="Sudah kami periksa.", outgoing=True)
    page = desk.text("/buku/PGD/2026/1")
    assert "<b>Balasan dari webmail</b>" in page and "<b>Surat susulan</b>" not in page


def test_what_was_told_by_telephone_is_shown_without_a_mail(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, channel=Channel.TELEPON, account="Diceritakan lewat telepon.")
    page = desk.text("/buku/PGD/2026/1")
    assert "Diceritakan lewat telepon." in page and "(tidak menyebutkan nama)" in page
    assert "Tidak ada surat: entri ini tidak datang lewat surel" in page


def test_history_is_told_in_words_and_an_unknown_verb_as_it_is(desk: Desk) -> None:
    with desk.database.writing() as session:
        entry = put_entry(session, 1)
        about = events.Subject(entry_id=entry.id)
        plain: dict[str, events.Plain] = {"received_at": "2026-11-23T01:15:00.000000+00:00", "needs_review": True}
        plain |= {
            "service": "ppjp",
            "due_on": "2026-11-26",
            "channel": "email",
            "closed_at": None,
            "due_rule": "verifikasi",
        }
        events.append(
            session, "dicatat", at=NOW, actor="sistem", about=about, plain=plain, personal={"name": "<b>Siti</b>"}
        )
        events.append(session, "dipinjam", at=NOW, actor="<i>Budi</i>", about=about)
    page = desk.text("/buku/PGD/2026/1")
    assert "Dicatat dalam buku" in page and "dipinjam" in page
    assert "Senin, 23 November 2026 pukul 08.15 WIB" in page and "Kamis, 26 November 2026" in page
    assert "&lt;b&gt;Siti&lt;/b&gt;" in page and "&lt;i&gt;Budi&lt;/i&gt;" in page
    assert "Verifikasi pengaduan" in page
    assert "Ditutup" not in page


def test_the_entries_beside_are_one_step_away(desk: Desk) -> None:
    with desk.database.noting() as session:
        for sequence in (1, 2, 3):
            put_entry(session, sequence)
    page = desk.text("/buku/PGD/2026/2")
    assert re.search(r'href="/buku/PGD/2026/1" rel="prev"', page)
    assert re.search(r'href="/buku/PGD/2026/3" rel="next"', page)
    assert 'rel="prev"' not in desk.text("/buku/PGD/2026/1")


def test_the_number_may_be_written_small_or_padded(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1)
    assert "PGD/2026/0001" in desk.text("/buku/pgd/2026/0001")


def test_what_cannot_wait_and_what_concerns_officers_is_shown_on_top(
    desk: Desk, client_as: Callable[[Role | None], TestClient]
) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, name="Siti Aminah", urgent="keberangkatan: “lusa”", restricted=True, themes=["upah"])
    page = client_as(Role.PETUGAS).get("/buku/PGD/2026/1").text
    assert "Segera." in page and "lusa" in page and "berkadar pengawasan" in page and "Siti Aminah" in page
    assert "Tema" in page
    page = client_as(Role.PEMBACA).get("/buku/PGD/2026/1").text
    assert "Siti Aminah" not in page and "lusa" not in page


def test_the_name_on_the_address_stands_in_for_a_missing_one_and_is_marked(desk: Desk) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, sender_name="Warung <Siti>", email="siti@example.org")
        put_entry(session, 2, name="Budi Santoso", sender_name="Toko Berkah")
        put_entry(session, 3, sender_name="Jangan Dibaca", secret=True)
    marked = 'Warung &lt;Siti&gt; <small class="faint">(menurut alamat pengirim)</small>'
    page = desk.text("/buku/PGD/2026/1")
    assert marked in page and "(tidak menyebutkan nama)" in page and "<dt>Nama menurut alamat pengirim</dt>" in page
    assert "Toko Berkah" not in desk.text("/buku/PGD/2026/2")
    book = desk.text("/buku")
    assert marked in book and "Budi Santoso" in book and "Jangan Dibaca" not in book
    assert "PGD/2026/0001" in desk.text("/buku?cari=warung")


def test_the_name_on_the_address_of_a_secret_entry_is_hidden_from_readers(
    client_as: Callable[[Role | None], TestClient], desk: Desk
) -> None:
    with desk.database.noting() as session:
        put_entry(session, 1, sender_name="Warung Siti", secret=True)
    for path in ("/buku/PGD/2026/1", "/buku", "/buku?cari=warung"):
        assert "Warung Siti" not in client_as(Role.PEMBACA).get(path).text
