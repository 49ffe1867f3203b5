"""The configuration: the shipped files hold the published standards, and each mistake is named in one line."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.base import ConfigError
from config.settings import OfficeFile, Settings, load, read_toml
from ledger.words import Kind

SHIPPED = Path(__file__).parents[2] / "config"


@pytest.fixture(scope="module")
def shipped() -> Settings:
    return load(SHIPPED / "office.toml")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped files, free to be spoilt."""
    copy = tmp_path / "config"
    shutil.copytree(SHIPPED, copy, ignore=lambda _, names: [n for n in names if n.endswith((".py", "__pycache__"))])
    return copy


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{old!r} does not stand in {file.name}"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def complaint(folder: Path) -> str:
    with pytest.raises(ConfigError) as wrong:
        load(folder / "office.toml")
    return str(wrong.value)


# The shipped files


def test_the_shipped_office_is_the_one_of_the_published_standards(shipped: Settings) -> None:
    assert shipped.office.name == "Dinas Perindustrian dan Tenaga Kerja"
    assert shipped.office.government == "Pemerintah Kota Probolinggo"
    assert shipped.office.telephone == "(0335) 422121"
    assert shipped.office.address.count("67213") == 1
    assert {box.address: box.service for box in shipped.mailboxes} == {
        "hubinsyaker.kotaprob@gmail.com": "ppjp",
        "pentalasker@yahoo.co.id": "siskotkln",
    }


def test_the_shipped_mailboxes_use_tls_and_read_inbox_and_junk(shipped: Settings) -> None:
    for box in shipped.mailboxes:
        assert box.imap.security == box.smtp.security == "tls"
        assert (box.imap.port, box.smtp.port) == (993, 465)
        assert box.folders == ("INBOX", "\\Junk")
        assert box.start.isoformat() == "2026-11-23T00:00:00+07:00"
        assert box.password_file is None
    assert [box.files_sent for box in shipped.mailboxes] == [True, False]


def test_the_registration_service_has_its_eight_steps_and_three_working_days(shipped: Settings) -> None:
    service = shipped.services["ppjp"]
    assert len(service.steps) == 8
    assert len(service.requirements) == 1
    assert (service.time_limit.amount, service.time_limit.unit) == (3, "hari_kerja")
    assert service.fee == "Tidak dipungut biaya"
    assert not service.in_person


def test_the_migrant_worker_service_has_four_steps_and_75_minutes_at_the_counter(shipped: Settings) -> None:
    service = shipped.services["siskotkln"]
    assert len(service.steps) == 4
    assert (service.time_limit.amount, service.time_limit.unit) == (75, "menit")
    assert [re.search(r"±(\d+) menit", part).group(1) for part in service.time_limit.parts] == ["25", "50"]  # type: ignore[union-attr]
    assert service.products == ("Berita Acara", "KICPMI", "Rekom Paspor")
    assert service.in_person


def test_every_published_channel_of_complaint_is_listed_for_both_services(shipped: Settings) -> None:
    for service in shipped.services.values():
        assert service.channels == ("petugas", "telepon", "email", "radio")


@pytest.mark.parametrize(
    "slip", [r"meneriam", r"\blamat\b", r"Paspur", r"Passport", r"receptionis", r"Dinas Tenaga Kerja Kota"]
)
def test_no_slip_of_the_published_spelling_is_carried_over(slip: str) -> None:
    for file in SHIPPED.rglob("*.toml"):
        if file.name != "rules.toml":  # the words of letters, which are misspelt as people misspell them
            assert not re.search(slip, file.read_text(encoding="utf-8")), file


def test_the_office_hours_in_words_and_in_rows_agree(shipped: Settings) -> None:
    said = " ".join(shipped.office.hours)
    assert {row.weekday for row in shipped.office.opening} == set(shipped.office.workdays)
    for row in shipped.office.opening:
        assert f"{row.opens:%H.%M}–{row.closes:%H.%M}" in said


def test_the_office_names_where_else_to_turn_and_where_to_forward(shipped: Settings) -> None:
    assert "SP4N-LAPOR!" in shipped.office.elsewhere[0]
    assert "Ombudsman" in shipped.office.elsewhere[0]
    names = [other.name for other in shipped.office.forward_to]
    assert len(set(names)) == len(names) == 7
    assert "Inspektorat Kota Probolinggo" in names


def test_the_dated_limit_of_a_service_agrees_with_its_published_one(shipped: Settings) -> None:
    rule = next(rule for rule in shipped.deadlines.rules if rule.key == "tanda_bukti")
    limit = shipped.services["ppjp"].time_limit
    assert rule.services == ("ppjp",)
    assert (rule.amount, rule.unit, rule.counts_from) == (limit.amount, limit.unit, "berkas_lengkap")


def test_rules_may_name_exactly_the_kinds_of_the_book(folder: Path) -> None:
    every = ", ".join(f'"{kind}"' for kind in Kind)
    change(folder / "deadlines.toml", 'kinds = ["saran"]', f"kinds = [{every}]")
    assert any(rule.kinds == tuple(Kind) for rule in load(folder / "office.toml").deadlines.rules)


# Mistakes: file, what is written, what it is changed to, and what the line must say

Mistake = tuple[str, str, str, tuple[str, ...]]
MISTAKES: dict[str, Mistake] = {
    "an unknown key": (
        "office.toml",
        "zone_label =",
        "zone_lable =",
        ("office.zone_lable", "tidak dikenal", "zone_label"),
    ),
    "an unknown table": (
        "office.toml",
        "[database]",
        "[databse]",
        ("databse", "tidak dikenal", "mungkin maksudnya database"),
    ),
    "a missing key": ("office.toml", 'telephone = "(0335) 422121"\n', "", ("office.telephone", "belum diisi")),
    "a wrong type": ("office.toml", "port = 993", 'port = "imaps"', ("mailboxes #1.imap.port", "bilangan bulat")),
    "a port out of range": ("office.toml", "port = 465", "port = 0", ("mailboxes #1.smtp.port", "1")),
    "a bad time zone": ("office.toml", "Asia/Jakarta", "Asia/Probolinggo", ("office.timezone", "Asia/Jakarta")),
    "a time zone that climbs out": ("office.toml", "Asia/Jakarta", "../Jakarta", ("office.timezone", "Asia/Jakarta")),
    "no working day": ("office.toml", "[0, 1, 2, 3, 4]", "[]", ("office.workdays", "paling sedikit 1")),
    "an eighth weekday": ("office.toml", "[0, 1, 2, 3, 4]", "[7]", ("office.workdays #1", "6")),
    "closing before opening": (
        "office.toml",
        "closes = 16:00:00",
        "closes = 07:00:00",
        ("office.opening #1", "lebih kemudian"),
    ),
    "an hour as a number": ("office.toml", "opens = 07:30:00", "opens = 7.30", ("office.opening #1.opens", "07:30:00")),
    "plain to another machine": (
        "office.toml",
        'security = "tls"',
        'security = "plain"',
        ("mailboxes #1.imap", "127.0.0.1"),
    ),
    "an unknown security": (
        "office.toml",
        'security = "tls"',
        'security = "ssl"',
        ("mailboxes #1.imap.security", "'starttls'"),
    ),
    "bad TOML": ("office.toml", "[database]", "[database", ("bukan TOML yang benar", "baris")),
    "two mailboxes alike": (
        "office.toml",
        "pentalasker@yahoo.co.id",
        "Hubinsyaker.kotaprob@GMAIL.com",
        ("mailboxes", "dua kali"),
    ),
    "an unknown service": (
        "office.toml",
        'service = "siskotkln"',
        'service = "siskotln"',
        ("mailboxes", "'siskotln'", "siskotkln"),
    ),
    "a start without offset": ("office.toml", "00:00:00+07:00", "00:00:00", ("mailboxes #1.start", "+07:00")),
    "a start that is a date": (
        "office.toml",
        "2026-11-23T00:00:00+07:00",
        "2026-11-23",
        ("mailboxes #1.start", "+07:00"),
    ),
    "a start that is a number": ("office.toml", "2026-11-23T00:00:00+07:00", "2026", ("mailboxes #1.start", "+07:00")),
    "no address": (
        "office.toml",
        "pentalasker@yahoo.co.id",
        "pentalasker",
        ("mailboxes #2.address", "nama@example.org"),
    ),
    "no secret": (
        "office.toml",
        'password_env = "BUKU_GMAIL_PASSWORD"\n',
        "",
        ("mailboxes #1", "password_env", "password_file"),
    ),
    "an unknown database": ("office.toml", "sqlite:///var/buku.db", "mysql://buku", ("database.url", "sqlite:///")),
    "a database elsewhere without TLS": (
        "office.toml",
        "sqlite:///var/buku.db",
        "postgresql+psycopg://buku@db.example.org/buku?sslmode=require",
        ("database.url", "?sslmode=verify-full&sslrootcert="),
    ),
    "a database without name": ("office.toml", "sqlite:///var/buku.db", "sqlite:///", ("database.url", "var/buku.db")),
    "two lines in one": ("office.toml", '"Disperinaker"', '"Disperi\\nnaker"', ("office.short", "satu baris")),
    "an unknown unit": ("services/siskotkln.toml", '"menit"', '"jam"', ("time_limit.unit", "'menit'")),
    "a service without steps": (
        "services/ppjp.toml",
        "[[steps]]",
        "[[stages]]",
        ("stages: kunci ini tidak dikenal", "mungkin maksudnya steps"),
    ),
    "an unknown channel": ("services/ppjp.toml", '"radio"]', '"burung"]', ("channels #4", "'radio'")),
    "a rule for an unknown kind": (
        "deadlines.toml",
        'kinds = ["saran"]',
        'kinds = ["usul"]',
        ("rules #7.kinds #1", "'saran'"),
    ),
    "a rule for an unknown service": (
        "deadlines.toml",
        '["ppjp"]',
        '["pjpp"]',
        ("rules #9.services", "'pjpp'", "siskotkln"),
    ),
    "a rule that ends too early": (
        "deadlines.toml",
        "valid_from = 2009-07-18",
        "valid_from = 2009-07-18\nvalid_until = 2009-07-17",
        ("rules #4", "valid_until"),
    ),
    "a rule given twice": (
        "deadlines.toml",
        'key = "tindak_lanjut"',
        'key = "verifikasi"',
        ("rules", "'verifikasi'", "dua kali"),
    ),
    "a rule of no days": ("deadlines.toml", "amount = 3", "amount = 0", ("rules #1.amount", "1")),
    "a day both ways": (
        "deadlines.toml",
        "\n[[rules]]",
        '\nextra_holidays = [{ day = 2026-12-31, name = "a" }]\n'
        'extra_workdays = [{ day = 2026-12-31, name = "b" }]\n[[rules]]',
        ("2026-12-31", "extra_holidays", "extra_workdays"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_told_in_one_line_that_names_file_key_and_expectation(folder: Path, mistake: Mistake) -> None:
    file, old, new, parts = mistake
    change(folder / file, old, new)
    line = complaint(folder)
    assert len(line.splitlines()) == 1
    assert line.startswith(f"{folder / file}: ")
    for part in parts:
        assert part in line
    assert ": :" not in line


@pytest.mark.parametrize("name", ["office.toml", "deadlines.toml", "rules.toml", "themes.toml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    line = complaint(folder)
    assert line == f"{folder / name}: tidak dapat dibaca: tidak ditemukan; berkas ini diperlukan"


def test_a_folder_without_services_is_named(folder: Path) -> None:
    shutil.rmtree(folder / "services")
    assert complaint(folder).startswith(f"{folder / 'services'}: belum ada layanan di sana")


@pytest.mark.parametrize("name", ["Kartu-Kuning.toml", "umum.toml"])
def test_a_service_file_whose_name_cannot_be_a_key_is_named(folder: Path, name: str) -> None:
    shutil.copy(folder / "services" / "ppjp.toml", folder / "services" / name)
    assert complaint(folder).startswith(f"{folder / 'services' / name}: nama berkas adalah kunci layanan")


def test_an_unknown_key_stands_before_what_it_leaves_missing(folder: Path) -> None:
    change(folder / "office.toml", 'service = "siskotkln"', 'servise = "siskotkln"')
    change(folder / "office.toml", 'telephone = "(0335) 422121"\n', "")
    said = complaint(folder).removeprefix(f"{folder / 'office.toml'}: ")
    assert said == ("mailboxes #2.servise: kunci ini tidak dikenal; mungkin maksudnya service (dan 2 kesalahan lain)")


def test_a_key_that_is_like_no_other_is_told_with_those_that_are_known(folder: Path) -> None:
    change(folder / "office.toml", "[database]", "[database]\nwarna = 1")
    assert complaint(folder).endswith("database.warna: kunci ini tidak dikenal; yang dikenal di sini: url")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('short = "a"\nshort = "b"', "kunci yang sama tertulis dua kali"),
        ("[database]\n[database]", "tabel yang sama tertulis dua kali"),
        ('[database]\nfile = "C:\\kantor"', "garis miring"),
        ("[database]\nurl = 'x", "tanda kutip"),
    ],
)
def test_where_a_file_ceases_to_be_toml_is_told_with_what_to_look_for(folder: Path, line: str, said: str) -> None:
    change(folder / "office.toml", "[database]", line)
    assert re.search(rf"bukan TOML yang benar pada baris \d+, kolom \d+: .*{said}", complaint(folder))


def test_further_mistakes_are_counted(folder: Path) -> None:
    change(folder / "office.toml", "port = 993", "port = 0")
    change(folder / "office.toml", "port = 465", "port = 0")
    assert complaint(folder).endswith("(dan 1 kesalahan lain)")


def test_a_key_with_a_line_break_cannot_break_the_line(folder: Path) -> None:
    change(folder / "office.toml", "[office]", '[office]\n"a\\nb" = 1')
    assert len(complaint(folder).splitlines()) == 1


def test_a_file_that_is_not_utf8_is_named(folder: Path) -> None:
    file = folder / "office.toml"
    file.write_bytes(file.read_bytes().replace("–".encode(), b"\x96"))
    assert complaint(folder) == f"{file}: bukan TOML yang benar: harus disimpan sebagai teks UTF-8"


def test_a_file_with_a_byte_order_mark_is_read(folder: Path, shipped: Settings) -> None:
    file = folder / "office.toml"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert load(file).office == shipped.office


# Secrets


@pytest.fixture
def from_file(folder: Path) -> Callable[[bytes], Settings]:
    def write(content: bytes) -> Settings:
        change(folder / "office.toml", 'password_env = "BUKU_GMAIL_PASSWORD"', 'password_file = "rahasia/gmail"')
        (folder.parent / "rahasia").mkdir()
        (folder.parent / "rahasia" / "gmail").write_bytes(content)
        return load(folder / "office.toml")

    return write


def test_the_password_comes_from_the_environment(shipped: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUKU_GMAIL_PASSWORD", "abcd efgh\u00a0ijkl mnop\r\n")
    assert shipped.mailbox("HUBINSYAKER.kotaprob@gmail.com").password() == "abcd efgh ijkl mnop"


@pytest.mark.parametrize("content", [None, "", " \n"])
def test_a_missing_password_is_told_with_mailbox_key_and_variable(
    shipped: Settings, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    monkeypatch.delenv("BUKU_YAHOO_PASSWORD", raising=False)
    if content is not None:
        monkeypatch.setenv("BUKU_YAHOO_PASSWORD", content)
    with pytest.raises(ConfigError) as wrong:
        shipped.mailbox("pentalasker@yahoo.co.id").password()
    assert str(wrong.value) == (
        "mailboxes pentalasker@yahoo.co.id: password_env: kata sandi belum ada: "
        "diharapkan di variabel lingkungan BUKU_YAHOO_PASSWORD"
    )


def test_a_relative_password_file_counts_from_the_folder_above(
    folder: Path, from_file: Callable[[bytes], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = from_file(b"\xef\xbb\xbfkata-sandi\r\n")
    monkeypatch.chdir("/")
    assert settings.mailboxes[0].password_file == folder.parent / "rahasia" / "gmail"
    assert settings.mailboxes[0].password() == "kata-sandi"


def test_a_password_file_that_is_gone_empty_or_not_text_is_named(
    folder: Path, from_file: Callable[[bytes], Settings]
) -> None:
    box = from_file(b"\xff\xfe\x00").mailboxes[0]
    file = folder.parent / "rahasia" / "gmail"
    with pytest.raises(ConfigError, match=f"password_file: berkas {re.escape(str(file))} harus berupa teks biasa"):
        box.password()
    file.write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"kata sandi belum ada: diharapkan di berkas {re.escape(str(file))}"):
        box.password()
    file.unlink()
    with pytest.raises(
        ConfigError, match=f"password_file: berkas {re.escape(str(file))} tidak dapat dibaca: tidak ditemukan"
    ):
        box.password()


def test_a_password_written_where_the_variable_belongs_is_refused_and_not_repeated(folder: Path) -> None:
    change(folder / "office.toml", '"BUKU_GMAIL_PASSWORD"', '"abcd efgh ijkl mnop"')
    with pytest.raises(ConfigError) as wrong:
        load(folder / "office.toml")
    assert "mailboxes #1.password_env" in str(wrong.value)
    assert "abcd" not in str(wrong.value)
    assert wrong.value.__cause__ is None
    assert wrong.value.__suppress_context__


def test_no_secret_stands_in_the_representation_of_the_settings(
    folder: Path, from_file: Callable[[bytes], Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUKU_YAHOO_PASSWORD", "sandi-yahoo")
    change(folder / "office.toml", "sqlite:///var/buku.db", "postgresql+psycopg://buku:sandi-basis@127.0.0.1/buku")
    settings = from_file(b"sandi-gmail")
    assert [box.password() for box in settings.mailboxes] == ["sandi-gmail", "sandi-yahoo"]
    assert "sandi-" not in repr(settings) + str(settings)
    assert settings.database_url == "postgresql+psycopg://buku:sandi-basis@127.0.0.1/buku"


# Frozen, paths, other offices


def test_settings_cannot_be_changed_after_loading(shipped: Settings) -> None:
    for part, name in [(shipped, "office"), (shipped.office, "name"), (shipped.mailboxes[0], "start")]:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(part, name, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///var/buku.db", "sqlite:///{home}/var/buku.db"),
        ("sqlite:////srv/buku/buku.db", "sqlite:////srv/buku/buku.db"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
    ],
)
def test_a_relative_database_counts_from_the_folder_above_config(
    folder: Path, monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    change(folder / "office.toml", "sqlite:///var/buku.db", written)
    monkeypatch.chdir(folder)
    assert load(Path("office.toml")).database_url == meant.format(home=folder.parent.as_posix())


def test_a_relative_certificate_file_counts_from_the_folder_above_config(folder: Path) -> None:
    change(folder / "office.toml", "port = 993,", 'port = 993, ca_file = "var/ca.pem",')
    assert load(folder / "office.toml").mailboxes[0].imap.ca_file == folder.parent / "var" / "ca.pem"
    assert load(folder / "office.toml").mailboxes[0].smtp.ca_file is None


# The desk beyond this machine

TLS = 'tls_certificate = "var/desk.pem"\ntls_key = "var/desk.key"\n'
NAMES = 'names = ["Buku.example.go.id"]\n'


def with_desk(folder: Path, desk: str) -> None:
    file = folder / "office.toml"
    assert "[desk]" not in file.read_text(encoding="utf-8")
    with file.open("a", encoding="utf-8") as writing:
        writing.write(f"\n[desk]\n{desk}")


@pytest.mark.parametrize(
    ("desk", "words"),
    [
        ('host = "0.0.0.0"\n' + NAMES, "memerlukan tls_certificate dan tls_key, atau behind_proxy"),
        ('host = "192.0.2.7"\n', "memerlukan tls_certificate"),
        ('host = "0.0.0.0"\n' + TLS, "names harus menyebut"),
        ('behind_proxy = "127.0.0.1"\n', "names harus menyebut"),
        ('behind_proxy = "proxy"\n' + NAMES, "alamat IP"),
        ('tls_key = "a"\n', "harus diisi bersama"),
        ('tls_certificate = "a"\n', "harus diisi bersama"),
        ('names = ["https://buku.example.go.id"]\n', "tanpa https://"),
        ('names = ["*"]\n', "nama komputer"),
        ("session_hours = 0\n", "session_hours"),
        ("idle_minutes = 1\n", "idle_minutes"),
    ],
)
def test_a_desk_that_would_not_be_safe_is_refused(folder: Path, desk: str, words: str) -> None:
    with_desk(folder, desk)
    assert words in complaint(folder)


@pytest.mark.parametrize(
    "desk",
    ['host = "0.0.0.0"\n' + NAMES + TLS, 'host = "0.0.0.0"\nbehind_proxy = "192.0.2.1"\n' + NAMES, NAMES + TLS],
)
def test_a_desk_beyond_this_machine_wants_tls_or_a_declared_proxy(folder: Path, desk: str) -> None:
    with_desk(folder, desk)
    loaded = load(folder / "office.toml").desk
    assert loaded.secure and loaded.names == ("buku.example.go.id",)
    if loaded.tls_certificate:
        assert loaded.tls_certificate == folder.parent / "var" / "desk.pem"
        assert loaded.tls_key == folder.parent / "var" / "desk.key"


def test_the_shipped_desk_stays_on_this_machine(shipped: Settings) -> None:
    assert shipped.desk.host == "127.0.0.1" and not shipped.desk.secure and shipped.desk.names == ()


def test_plain_is_allowed_to_this_machine(folder: Path) -> None:
    change(
        folder / "office.toml",
        '"imap.gmail.com", port = 993, security = "tls"',
        '"127.0.0.1", port = 1143, security = "plain"',
    )
    assert load(folder / "office.toml").mailboxes[0].imap.security == "plain"


def test_a_third_service_needs_its_file_and_nothing_else(folder: Path) -> None:
    (folder / "services" / "kartu_kuning.toml").write_text(
        'title = "Pelayanan Kartu Tanda Pencari Kerja"\nshort = "Kartu AK/I"\nfee = "Gratis"\nproducts = ["AK/I"]\n'
        'channels = ["email"]\nrequirements = [{ text = "KTP" }]\nsteps = [{ text = "Pemohon datang" }]\n'
        'time_limit = { amount = 1, unit = "hari_kerja" }\n',
        encoding="utf-8",
    )
    settings = load(folder / "office.toml")
    assert sorted(settings.services) == ["kartu_kuning", "ppjp", "siskotkln"]
    assert settings.service_title("kartu_kuning") == "Kartu AK/I"
    assert settings.service_title("umum") == "Umum"


def test_another_office_in_another_zone_needs_files_alone(tmp_path: Path) -> None:
    files = {
        "office.toml": """
            [office]
            government = "Pemerintah Kota Contoh"
            name = "Dinas Contoh"
            short = "Discontoh"
            address = "Jalan Contoh 1"
            city = "Contoh"
            telephone = "(0401) 1"
            hours = ["Senin–Sabtu"]
            timezone = "Asia/Makassar"
            zone_label = "WITA"
            workdays = [0, 1, 2, 3, 4, 5]
            [[mailboxes]]
            address = "Layanan@example.org"
            service = "izin"
            start = 2027-01-01T00:00:00+08:00
            password_env = "SANDI"
            imap = { host = "imap.example.org", port = 993 }
            smtp = { host = "smtp.example.org", port = 587, security = "starttls" }
            """,
        "services/izin.toml": """
            title = "Izin Contoh"
            short = "Izin"
            fee = "Gratis"
            products = ["Izin"]
            channels = ["email"]
            requirements = [{ text = "Surat permohonan" }]
            steps = [{ text = "Pemohon mengirim surat" }]
            time_limit = { amount = 5, unit = "hari" }
            """,
        "deadlines.toml": """
            rule_set = "Contoh"
            [[rules]]
            key = "jawaban"
            label = "Jawaban"
            kinds = ["pengaduan"]
            amount = 5
            unit = "hari"
            source = "Contoh"
            valid_from = 2027-01-01
            """,
        "rules.toml": "",
        "themes.toml": "",
    }
    (tmp_path / "lain" / "services").mkdir(parents=True)
    for name, text in files.items():
        (tmp_path / "lain" / name).write_text(text, encoding="utf-8")
    settings = load(tmp_path / "lain" / "office.toml")
    assert settings.office.zone.key == "Asia/Makassar"
    assert settings.own_addresses == {"layanan@example.org"}
    assert settings.database_url == f"sqlite:///{tmp_path.as_posix()}/var/buku.db"


def test_an_address_that_is_not_ours_has_no_mailbox(shipped: Settings) -> None:
    with pytest.raises(KeyError):
        shipped.mailbox("warga@example.org")


def test_office_toml_alone_holds_no_password(shipped: Settings) -> None:
    written = OfficeFile.model_validate(read_toml(SHIPPED / "office.toml"))
    assert all(box.password_env and box.password_file is None for box in written.mailboxes)
    assert "@" not in shipped.database.url
