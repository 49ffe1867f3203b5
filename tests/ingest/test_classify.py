"""The rule-based classifier: what it recognises, how it doubts, and that a complaint is never lost unseen."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rules import Evidence, Rules, ServiceWords
from ingest.classify import RuleClassifier
from ingest.folding import fold
from ledger.ports import Classifier, Judgement, Wording
from ledger.words import Kind

SHIPPED = Path(__file__).parents[2] / "config" / "rules.toml"
BOXES = {"industri@example.org": "ppjp", "migran@example.org": "siskotkln"}


def _shipped() -> RuleClassifier:
    rules = Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    return RuleClassifier(rules, 0.75, BOXES, ["ppjp", "siskotkln"])


CLASSIFIER: Classifier = _shipped()


def judge(text: str, subject: str = "", files: tuple[str, ...] = (), box: str | None = None) -> Judgement:
    return CLASSIFIER.judge(Wording(subject, text, files, box))


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Dengan hormat, kami mengadukan PT Contoh Rasa yang belum membayar upah lembur sejak Maret.", "umum"),
        ("pak gaji sy blm dibayar 2 bln, tlg dibantu", "umum"),
        ("bayaran durung metu pak, wis rong wulan, bos e malah ngamuk", "umum"),
        ("Petugas rekom paspor membentak saya dan minta uang rokok.", "siskotkln"),
        ("Sudah tiga minggu pendaftaran perjanjian alih daya kami tidak ada kabar, padahal katanya tiga hari.", "ppjp"),
        ("Air leding di rumah kami mati sudah lima hari dan tidak ditanggapi.", "umum"),
    ],
)
def test_a_wrong_that_was_suffered_is_a_complaint_and_finds_its_service(text: str, service: str) -> None:
    verdict = judge(text)
    assert (verdict.kind, verdict.service) == (Kind.PENGADUAN, service)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Bersama ini kami mengajukan pendaftaran perjanjian pemborongan pekerjaan, berkas terlampir.", "ppjp"),
        ("mau ngurus rekom paspor ke taiwan pak, berkas sdh saya lampirkan", "siskotkln"),
        ("Ini kekurangan berkas PKS satpam kemarin, mohon didaftarkan.", "ppjp"),
    ],
)
def test_a_request_for_a_service_is_a_request(text: str, service: str) -> None:
    verdict = judge(text, files=("berkas.pdf",))
    assert (verdict.kind, verdict.service) == (Kind.PERMOHONAN, service)


@pytest.mark.parametrize(
    "text",
    ["Mau tanya min, syarat daftar CPMI apa saja?", "Kantor buka sampai jam berapa?", "piye carane ndaftar nggih?"],
)
def test_a_question_is_a_question(text: str) -> None:
    assert judge(text).kind is Kind.INFORMASI


@pytest.mark.parametrize(
    "text",
    ["Kami mengusulkan kursi ruang tunggu ditambah.", "Pelayanan ramah dan cepat, semoga dipertahankan."],
)
def test_a_proposal_or_praise_is_a_suggestion(text: str) -> None:
    assert judge(text).kind is Kind.SARAN


@pytest.mark.parametrize(
    "text",
    [
        "Promo akhir tahun! Diskon printer, harga mulai 900 ribu, order sekarang.",
        "Kami mengundang Bapak/Ibu hadir dalam seminar. Konfirmasi kehadiran lewat panitia.",
        "Saya mengajukan lamaran pekerjaan sebagai staf, daftar riwayat hidup saya sertakan.",
    ],
)
def test_adverts_invitations_and_applications_for_work_do_not_enter_the_book(text: str) -> None:
    verdict = judge(text)
    assert (verdict.kind, verdict.needs_review) == (Kind.LAINNYA, False)


def test_greetings_and_closings_say_nothing() -> None:
    plain = judge("Kami mengusulkan papan petunjuk dipasang.")
    polite = judge(
        "Assalamualaikum wr wb. Dengan hormat, kami mengusulkan papan petunjuk dipasang. "
        "Atas perhatiannya kami ucapkan terima kasih."
    )
    assert (polite.kind, polite.confidence) == (plain.kind, plain.confidence)


def test_a_complaint_word_that_is_denied_is_no_complaint() -> None:
    denied = judge("Berkas rekom paspor saya lampirkan, tidak ada keluhan apa pun, mohon diproses.")
    assert denied.kind is Kind.PERMOHONAN
    assert not any("keluhan" in reason.found for reason in denied.reasons)


def test_a_complaint_is_heard_through_the_word_permohonan_and_the_wrong_mailbox() -> None:
    verdict = judge(
        "Permohonan kami sederhana: upah lembur dibayar. Sudah empat bulan belum dibayar.", box="migran@example.org"
    )
    assert (verdict.kind, verdict.service) == (Kind.PENGADUAN, "umum")


def test_a_question_that_also_complains_is_a_complaint() -> None:
    assert judge("Kenapa rekom saya dipersulit terus? Petugasnya kasar.").kind is Kind.PENGADUAN


def test_asking_whether_something_must_be_registered_is_not_a_request() -> None:
    verdict = judge("Apakah perjanjian katering juga wajib didaftarkan?")
    assert verdict.kind is Kind.INFORMASI


def test_an_empty_body_with_files_is_a_request_to_the_service_that_they_name() -> None:
    verdict = judge("", files=("surat permohonan rekom.pdf",), box="migran@example.org")
    assert (verdict.kind, verdict.service) == (Kind.PERMOHONAN, "siskotkln")


@pytest.mark.parametrize("text", ["", "halo", "Guten Tag, ich melde mich noch einmal wegen gestern.", "zzz qqq"])
def test_what_no_rule_knows_is_kept_for_the_book_and_shown_to_an_officer(text: str) -> None:
    verdict = judge(text)
    assert verdict.kind in (Kind.PENGADUAN, Kind.INFORMASI)
    assert verdict.needs_review


def test_an_unknown_text_with_a_question_mark_counts_as_a_question() -> None:
    assert judge("Wie geht das?").kind is Kind.INFORMASI


def test_other_kinds_with_sizeable_signs_of_a_complaint_are_always_reviewed() -> None:
    verdict = judge("Promo diskon katalog penawaran harga murah. Petugas membentak saya.")
    assert verdict.kind is Kind.PENGADUAN or verdict.needs_review


def test_review_below_decides_how_much_is_shown() -> None:
    rules = Rules.model_validate(tomllib.loads(SHIPPED.read_text(encoding="utf-8")))
    wording = Wording("", "pak gaji sy blm dibayar 2 bln")
    assert RuleClassifier(rules, 1.0, {}, []).judge(wording).needs_review
    assert not RuleClassifier(rules, 0.5, {}, []).judge(wording).needs_review


def test_every_reason_says_what_it_speaks_for_the_words_found_and_the_weight() -> None:
    said = [str(reason) for reason in judge("Petugas membentak saya di loket.").reasons]
    assert any(line.startswith("pengaduan: ") and "“membentak”" in line and "(+" in line for line in said)


def test_the_same_letter_is_always_judged_alike() -> None:
    text = "Petugas minta uang 50 ribu, katanya sukarela."
    assert judge(text) == judge(text) == _shipped().judge(Wording("", text))


def test_a_third_service_of_another_office_works_from_the_configuration_alone() -> None:
    rules = Rules(
        evidence={"minta": Evidence(kind="permohonan", says="memohon", weight=3.0, phrases=("mohon diterbitkan",))},
        service={"izin_usaha": ServiceWords(words=("izin usaha",)), "umum": ServiceWords(words=("parkir",))},
    )
    classifier = RuleClassifier(rules, 0.5, {"izin@example.org": "izin_usaha"}, ["izin_usaha", "pasar"])
    verdict = classifier.judge(Wording("", "Mohon diterbitkan izin usaha kami."))
    assert (verdict.kind, verdict.service) == (Kind.PERMOHONAN, "izin_usaha")


def test_a_service_without_words_is_still_found_by_its_mailbox() -> None:
    rules = Rules(evidence={"kasar": Evidence(kind="pengaduan", says="kasar", weight=3.0, phrases=("kasar",))})
    classifier = RuleClassifier(rules, 0.5, {"pasar@example.org": "pasar"}, ["pasar"])
    assert classifier.judge(Wording("", "Petugasnya kasar.", (), "PASAR@example.org")).service == "pasar"


def test_the_mailbox_does_not_outweigh_the_words() -> None:
    verdict = judge("Petugas membentak saya waktu rekom paspor.", box="industri@example.org")
    assert verdict.service == "siskotkln"


def test_everyday_writing_is_folded_into_plain_words() -> None:
    words = fold("Tlooong pak, gajiii sy dipotong Rp 150.000!! foto2nya 3x", {"sy": "saya", "pak": "bapak"})
    assert words == ["tlong", "bapak", ",", "gaji", "saya", "dipotong", "#uang", "!", "fotonya", "3", "kali"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_whatever_makes_the_classifier_fail(text: str, subject: str, files: list[str]) -> None:
    verdict = CLASSIFIER.judge(Wording(subject, text, tuple(files), "industri@example.org"))
    assert 0 <= verdict.confidence <= 1
    assert verdict.service in {"ppjp", "siskotkln", "umum"}
