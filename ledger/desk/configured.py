"""What the configuration says, part by part and in the words of the office, secrets left out."""

from collections.abc import Callable, Mapping
from datetime import datetime, time

from pydantic import BaseModel

from config.settings import FirstNumber, ForwardOffice, OfficeHours, Settings
from ledger import dates, labels

Rows = list[tuple[str, str]]

PARTS = {
    "office": "Kantor",
    "database": "Basis data",
    "registers": "Nomor pertama register",
    "intake": "Pengambilan surat",
    "letters": "Pengiriman surat",
    "judging": "Penggolongan",
    "desk": "Halaman petugas",
    "backup": "Cadangan harian",
    "logging": "Catatan program",
}
CALLED: Mapping[str, Mapping[str, str]] = {
    "office": {
        "government": "Pemerintah",
        "name": "Nama",
        "short": "Nama singkat",
        "address": "Alamat",
        "city": "Kota pada surat",
        "telephone": "Telepon",
        "hours": "Jam layanan pada surat",
        "timezone": "Zona waktu",
        "zone_label": "Sebutan zona waktu",
        "workdays": "Hari kerja",
        "opening": "Jam buka",
        "signer": "Penanda tangan tanda terima",
        "signatories.head_title": "Jabatan kepala",
        "signatories.head_name": "Nama kepala",
        "signatories.head_nip": "NIP kepala",
        "signatories.officer_name": "Nama petugas",
        "signatories.officer_nip": "NIP petugas",
        "elsewhere": "Tempat mengadu selain di sini",
        "forward_to": "Instansi tujuan penerusan",
        "units": "Bidang",
        "other_channels": "Jalan masuk lain",
    },
    "database": {"url": "Alamat basis data"},
    "registers": {key.value: words for key, words in labels.REGISTERS.items()},
    "mailboxes": {
        "address": "Alamat",
        "service": "Layanan",
        "start": "Dibaca sejak",
        "imap.host": "Server penerima (IMAP)",
        "imap.port": "Porta penerima",
        "imap.security": "Pengamanan penerima",
        "imap.ca_file": "Sertifikat penerima",
        "smtp.host": "Server pengirim (SMTP)",
        "smtp.port": "Porta pengirim",
        "smtp.security": "Pengamanan pengirim",
        "smtp.ca_file": "Sertifikat pengirim",
        "user": "Nama pengguna",
        "password_env": "Kata sandi dari lingkungan",
        "password_file": "Kata sandi dari berkas",
        "folders": "Folder yang dibaca",
        "sent_folder": "Folder Terkirim",
        "files_sent": "Server menyimpan sendiri surat terkirim",
        "daily_letters": "Surat paling banyak sehari",
        "mark_seen": "Surat ditandai sudah dibaca",
    },
    "intake": {
        "poll_seconds": "Diambil setiap (detik)",
        "timeout_seconds": "Menunggu server paling lama (detik)",
        "parse_seconds": "Membaca satu surat paling lama (detik)",
        "look_back_days": "Dilihat kembali sejauh (hari)",
        "batch": "Surat sekali ambil",
    },
    "letters": {
        "timeout_seconds": "Menunggu server paling lama (detik)",
        "daily_cap": "Surat paling banyak sehari ke satu alamat",
        "give_up_hours": "Dicoba paling lama (jam)",
        "pause_seconds": "Jeda antara dua surat (detik)",
        "sure_after_seconds": "Kepastian pengiriman ditunggu (detik)",
    },
    "judging": {
        "review_below": "Ditinjau bila keyakinan di bawah",
        "complaint_cost": "Bobot pengaduan yang terlewat",
    },
    "desk": {
        "host": "Alamat komputer",
        "port": "Porta",
        "names": "Nama pada peramban",
        "tls_certificate": "Sertifikat TLS",
        "tls_key": "Kunci TLS",
        "behind_proxy": "Alamat reverse proxy",
        "session_hours": "Sesi paling lama (jam)",
        "idle_minutes": "Sesi berakhir bila diam (menit)",
    },
    "backup": {"folder": "Folder", "at": "Dibuat mulai pukul", "keep": "Banyaknya yang disimpan"},
    "logging": {"level": "Tingkat"},
}
"""What each setting of a part is called; one inside another by both names with a dot."""

_HIDDEN = frozenset({"password", "password_env", "password_file", "url", "tls_key"})
"""Settings that hold a secret or say where one lies; of these only whether they are set is shown."""
_SECURED = {"tls": "TLS", "starttls": "STARTTLS", "plain": "tanpa pengamanan, hanya di komputer ini"}


def parts(settings: Settings) -> list[tuple[str, Rows]]:
    """Return the settings part by part as names and values, without the texts of services and rules."""
    told = [(title, _rows(name, getattr(settings, name), settings)) for name, title in PARTS.items()]
    boxes = [(f"Kotak surat {box.address}", _rows("mailboxes", box, settings)) for box in settings.mailboxes]
    services = [(service.short, service.title) for service in settings.services.values()]
    return [*told[:2], *boxes, ("Layanan", services), *told[2:]]


def _rows(part: str, values: BaseModel, settings: Settings, prefix: str = "") -> Rows:
    rows: Rows = []
    for name in type(values).model_fields:
        value = getattr(values, name)
        if isinstance(value, BaseModel) and type(value) not in _SAID:
            rows += _rows(part, value, settings, f"{prefix}{name}.")
        else:
            rows.append((CALLED[part][prefix + name], _said(name, value, settings)))
    return rows


def _said(name: str, value: object, settings: Settings) -> str:
    if value is None or value == () or value == "":
        return "–"
    if name in _HIDDEN:
        return "(diatur, tidak ditampilkan)"
    if isinstance(value, tuple):
        return "; ".join(_said(name, each, settings) for each in value)
    if name == "workdays":
        return dates.WEEKDAYS[int(str(value))]
    if name == "security":
        return _SECURED[str(value)]
    if name == "service":
        return settings.service_title(str(value))
    if isinstance(value, datetime):
        return dates.long_moment(value, settings.office.zone, settings.office.zone_label)
    return _SAID.get(type(value), str)(value)


def _opening(hours: OfficeHours) -> str:
    return f"{dates.WEEKDAYS[hours.weekday]} {hours.opens:%H.%M}–{hours.closes:%H.%M}"


def _forwarded(office: ForwardOffice) -> str:
    return f"{office.name} ({office.matter})"


def _first(number: FirstNumber) -> str:
    return f"{number.first} pada tahun {number.year}"


_SAID: dict[type, Callable[..., str]] = {
    bool: lambda value: "ya" if value else "tidak",
    float: lambda value: f"{value:g}".replace(".", ","),
    time: lambda value: f"{value:%H.%M}",
    OfficeHours: _opening,
    ForwardOffice: _forwarded,
    FirstNumber: _first,
}
"""How a value of a type is written; any other as it stands."""
