"""The classifiers: what they recognise, how they doubt, what they say, and that a complaint is never lost unseen."""

import logging
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.rules import Evidence, Rules, ServiceWords
from ingest.classify import Caution, LearnedClassifier, classifier, likeliest_service
from ingest.folding import fold
from ingest.judge import classifier_of, rules_of
from ingest.model import Linear, Model, read_model
from ingest.rules import RuleClassifier
from ledger.ports import Classifier, Judgement, Reason, Wording
from ledger.words import Kind
from tests import office

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
    assert any(line.startswith("pengaduan: ") and "“membentak”" in line and "(menguatkan " in line for line in said)


def test_reasons_tell_the_direction_in_words_and_the_weight_with_a_comma() -> None:
    assert str(Reason("gaji", "pengaduan: lazim", 0.6)) == "pengaduan: lazim: “gaji” (menguatkan 0,6)"
    assert str(Reason("?", "pengaduan: bertanya", -1.25)).endswith("(melemahkan 1,2)")


def test_reasons_call_a_service_by_its_title() -> None:
    wording = Wording("Pendaftaran PPJP", "Mohon didaftarkan perjanjian pemborongan pekerjaan perusahaan kami.")
    for each in (rules_of(office.settings()), classifier_of(office.settings())):
        said = [str(reason) for reason in each.judge(wording).reasons if "layanan" in reason.says]
        title = office.settings().service_title("ppjp")
        assert any(title in line for line in said)
        assert not any("urusan ppjp" in line or "layanan ppjp" in line for line in said)


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


ROOT = SHIPPED.parents[1]
MODEL = SHIPPED.with_name("model.json")
SERVICES = ["ppjp", "siskotkln"]
CAUTION = Caution(review_below=0.7, complaint_cost=20)
LEARNED = LearnedClassifier(_shipped(), read_model(MODEL), CAUTION, SERVICES)


def learned(text: str, subject: str = "", files: tuple[str, ...] = (), box: str | None = None) -> Judgement:
    return LEARNED.judge(Wording(subject, text, files, box))


@pytest.mark.parametrize(
    ("text", "kind", "service"),
    [
        ("Upah lembur kami di PT Contoh Rasa belum dibayar sejak Maret, mohon ditindaklanjuti.", "pengaduan", "umum"),
        ("Petugas rekom paspor membentak saya dan minta uang rokok.", "pengaduan", "siskotkln"),
        ("Bersama ini kami mengajukan pendaftaran perjanjian pemborongan, berkas terlampir.", "permohonan", "ppjp"),
        ("Mau tanya min, syarat daftar CPMI ke Taiwan apa saja ya?", "informasi", "siskotkln"),
        ("Kami mengusulkan kursi ruang tunggu ditambah supaya nyaman.", "saran", "umum"),
        ("Promo akhir tahun! Diskon printer, harga mulai 900 ribu, order sekarang.", "lainnya", "umum"),
    ],
)
def test_what_was_learned_tells_the_kinds_and_services_apart(text: str, kind: str, service: str) -> None:
    verdict = learned(text, files=("berkas.pdf",) if kind == "permohonan" else ())
    assert (verdict.kind, verdict.service) == (Kind(kind), service)


def test_reasons_are_words_phrases_and_facts_in_indonesian_with_their_weight() -> None:
    reasons = learned("Petugas rekom paspor membentak saya di loket, upah saya belum dibayar.").reasons
    assert any(reason.says == "pengaduan: kata yang lazim" and reason.weight > 0 for reason in reasons)
    known = re.compile(
        r"(?:layanan )?(?:pengaduan|permohonan|saran|informasi|lainnya|ppjp|siskotkln|umum): "
        r"(?:kata|frasa|sapaan|tanda|urusan|kotak|ciri) .*"
    )
    assert [reason.says for reason in reasons if not known.fullmatch(reason.says)] == []


def test_a_reason_never_shows_a_bare_run_of_letters() -> None:
    text = "Petugas membentak saya di loket."
    words = {"petugas", "membentak", "saya", "di", "loket"}
    shown = [reason.found for reason in learned(text).reasons if reason.says.endswith("kata yang lazim")]
    assert shown
    assert set(shown) <= words


def test_the_weight_of_all_rules_is_told_by_the_phrases_that_they_found() -> None:
    reasons = learned("Mandor menahan ijazah kami dan petugas membentak saya.").reasons
    told = [each for each in reasons if each.says == "pengaduan: tanda yang dikenal aturan"]
    assert any(each.found.endswith(": membentak") for each in told)
    assert not any("jumlah nilai" in each.found or "pertimbangan" in each.says for each in reasons)


def test_reasons_quote_the_words_of_the_letter_and_never_the_marks_of_the_rules() -> None:
    reasons = learned("Upah lembur gak dibayar 3 bln, cuma dikasih 50 ribu, suwun.").reasons
    words = {word for each in reasons if each.says.endswith("lazim") for word in each.found.split()}
    assert words & {"gak", "bln"} and not words & {"tidak", "bulan", "#uang", "#"}


def test_a_word_that_the_rules_count_for_complaints_alone_is_not_shown_for_another_kind() -> None:
    for text in ("Terima kasih, pengaduan kami sudah selesai.", "Newsletter: layanan pengaduan kini lewat aplikasi."):
        for reason in learned(text).reasons:
            kind = reason.says.partition(":")[0]
            assert kind == "pengaduan" or kind not in set(Kind) or reason.found != "pengaduan", (text, reason)


def test_reasons_for_the_next_likely_kind_are_shown_too() -> None:
    kinds = {reason.says.partition(":")[0] for reason in learned("Kapan upah lembur kami dibayar?").reasons}
    assert len(kinds & {kind.value for kind in Kind}) == 2


@pytest.mark.parametrize("text", ["", "zzz qqq", "Привет"])
def test_without_one_known_word_the_rules_decide_and_an_officer_looks(text: str) -> None:
    assert learned(text) == judge(text)
    assert learned(text).needs_review


def _chances(**some: float) -> dict[Kind, float]:
    return {kind: some.get(kind.value, 0.0) for kind in Kind}


def test_doubt_lies_below_the_threshold() -> None:
    assert CAUTION.doubts(Kind.PENGADUAN, _chances(pengaduan=0.69, saran=0.31))
    assert not CAUTION.doubts(Kind.PENGADUAN, _chances(pengaduan=0.71, saran=0.29))


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.PENGADUAN])
def test_a_complaint_that_costs_twenty_times_a_look_is_looked_for_from_one_in_twenty(kind: Kind) -> None:
    assert CAUTION.doubts(kind, {**_chances(pengaduan=0.05), kind: 0.95})
    assert not CAUTION.doubts(kind, {**_chances(pengaduan=0.04), kind: 0.96})


def test_what_a_complaint_costs_is_configured() -> None:
    likely = _chances(pengaduan=0.02, lainnya=0.98)
    assert Caution(0.75, 50).doubts(Kind.LAINNYA, likely)
    assert not Caution(0.75, 20).doubts(Kind.LAINNYA, likely)


def test_a_request_always_asks_for_a_service_and_what_stays_outside_for_none() -> None:
    chances = {"umum": 0.9, "ppjp": 0.02, "siskotkln": 0.08}
    assert likeliest_service(Kind.PERMOHONAN, chances) == "siskotkln"
    assert likeliest_service(Kind.PENGADUAN, chances) == "umum"
    assert likeliest_service(Kind.LAINNYA, {"umum": 0.1, "ppjp": 0.9}) == "umum"


def test_an_office_with_other_services_gets_them_from_its_rules() -> None:
    rules = Rules(service={"izin_usaha": ServiceWords(words=("izin usaha",))})
    office = LearnedClassifier(
        RuleClassifier(rules, 0.5, {}, ["izin_usaha"]), read_model(MODEL), CAUTION, ["izin_usaha"]
    )
    assert office.judge(Wording("", "Petugas izin usaha membentak saya.")).service == "izin_usaha"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "tidak ada berkas model"),
        ("{}", "rusak"),
        ("[1, 2", "rusak"),
        ('{"format": 1, "features": "0"}', "versi lain"),
        ("\x00", "rusak"),
    ],
)
def test_without_a_usable_model_the_rules_work_alone_and_a_warning_says_so(
    text: str | None, told: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "model.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    rules = _shipped()
    with caplog.at_level(logging.WARNING):
        assert classifier(rules, [file], CAUTION, SERVICES) is rules
    assert told in caplog.text
    assert "aturan saja" in caplog.text


def test_the_model_of_the_office_comes_before_the_one_that_came_along(tmp_path: Path) -> None:
    absent = tmp_path / "model.json"
    assert isinstance(classifier(_shipped(), [absent, MODEL], CAUTION, SERVICES), LearnedClassifier)


def test_judging_needs_no_scikit_learn() -> None:
    program = """
import sys
for name in ("sklearn", "scipy", "numpy"):
    sys.modules[name] = None
from pathlib import Path
from config.settings import load
from ingest.judge import classifier_of
from ledger.ports import Wording
classifier = classifier_of(load(Path("config/office.toml")))
print(type(classifier).__name__, classifier.judge(Wording("", "Upah saya belum dibayar.")).kind)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["LearnedClassifier", "pengaduan"], done.stderr


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.lists(st.text(max_size=20), max_size=3))
def test_no_text_whatever_makes_the_learned_classifier_fail(text: str, subject: str, files: list[str]) -> None:
    verdict = learned(text, subject, tuple(files), "industri@example.org")
    assert 0 <= verdict.confidence <= 1
    assert verdict.service in {"ppjp", "siskotkln", "umum"}


def _unsure(temperature: float) -> LearnedClassifier:
    """A model that takes "gaji" for nobody's business rather than a complaint, and puts it to a service."""
    letters = {"letters": 9, "weights": {"s gaji": (1.0, 0.0)}, "counts": {"s gaji": 3}, "bias": (0.0, 0.0)}
    kind = Linear(classes=("lainnya", "pengaduan"), temperature=temperature, **letters)  # type: ignore[arg-type]
    services = {**letters, "weights": {"s gaji": (1.0, 0.0, 0.0)}, "bias": (0.0, 0.0, 0.0)}
    service = Linear(classes=("siskotkln", "ppjp", "umum"), temperature=1.0, **services)  # type: ignore[arg-type]
    model = Model("2026-11-23", "", 9, (), kind, service)
    return LearnedClassifier(_shipped(), model, CAUTION, SERVICES)


def test_a_doubtful_letter_gets_the_service_of_the_kind_as_which_it_is_recorded() -> None:
    doubtful = _unsure(temperature=1.0).judge(Wording("", "gaji"))
    assert (doubtful.kind, doubtful.needs_review, doubtful.registered_as) == (Kind.LAINNYA, True, Kind.PENGADUAN)
    assert doubtful.service == "siskotkln"
    sure = _unsure(temperature=0.01).judge(Wording("", "gaji"))
    assert (sure.kind, sure.needs_review, sure.service) == (Kind.LAINNYA, False, "umum")


def test_what_stands_behind_a_but_is_shown_as_such() -> None:
    reasons = learned("Kantornya bagus tapi berkas hilang.").reasons
    assert any(each.found.startswith("tapi … ") and "sesudah “tapi”" in each.says for each in reasons)
