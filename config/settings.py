"""Reads and validates the configuration: office.toml, and what lies beside it (services, deadlines, rules, themes)."""

import os
import re
import tomllib
from datetime import date, time
from ipaddress import ip_address
from itertools import combinations
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from config.base import KEY_PATTERN, ConfigError, Key, Line, Part
from config.mistakes import one_line, unopened, where_toml_breaks
from config.reach import is_loopback, trouble_with_postgresql
from config.rules import KindWord, Rules
from config.themes import Themes


def _mail_address(value: str) -> str:
    local, at, domain = value.strip().rpartition("@")
    if not at or not local or "." not in domain or any(c.isspace() for c in value.strip()):
        raise ValueError("harus berupa alamat surel, misalnya nama@example.org")
    return f"{local}@{domain}".lower()


MailAddress = Annotated[str, AfterValidator(_mail_address)]


def _no_number(value: object) -> object:
    # pydantic would read a bare number as seconds: opens = 7.30 would be seven seconds past midnight
    if isinstance(value, int | float):
        raise ValueError("harus berupa tanggal atau jam, misalnya 2026-11-23T00:00:00+07:00, 2026-11-23, atau 07:30:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]
Day = Annotated[date, BeforeValidator(_no_number)]
ClockTime = Annotated[time, BeforeValidator(_no_number)]


class ForwardOffice(Part):
    """Another office, and the matters that are passed on to it."""

    name: Line
    matter: Line


class OfficeHours(Part):
    """Opening and closing on one weekday (0 = Monday), local time; a weekday with a break stands twice."""

    weekday: int = Field(ge=0, le=6)
    opens: ClockTime
    closes: ClockTime

    @model_validator(mode="after")
    def _closes_later(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError("closes (jam tutup) harus lebih kemudian daripada opens (jam buka)")
        return self


class Signatories(Part):
    """Who signs the printed documents; what is left out is printed as a dotted line to be filled in by hand."""

    head_title: Line | None = None
    head_name: Line | None = None
    head_nip: Line | None = None
    officer_name: Line | None = None
    officer_nip: Line | None = None


class Office(Part):
    """The office as it names itself on letters and pages."""

    government: Line
    name: Line
    short: Line
    address: Line
    city: Line
    telephone: Line
    hours: tuple[Line, ...] = Field(min_length=1)
    timezone: Line = "Asia/Jakarta"
    zone_label: Line = "WIB"
    workdays: tuple[Annotated[int, Field(ge=0, le=6)], ...] = Field(default=(0, 1, 2, 3, 4), min_length=1)
    opening: tuple[OfficeHours, ...] = ()
    signer: Line = "Petugas Penerima Pengaduan"
    signatories: Signatories = Signatories()
    elsewhere: tuple[Line, ...] = ()
    forward_to: tuple[ForwardOffice, ...] = ()
    units: tuple[Line, ...] = ()
    other_channels: tuple[Line, ...] = ("WhatsApp", "Surat", "SP4N-LAPOR!")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as wrong:
            raise ValueError('harus berupa zona waktu, misalnya "Asia/Jakarta"') from wrong
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The office's time zone; every date that a person reads is shown in it."""
        return ZoneInfo(self.timezone)


class DatabaseSettings(Part):
    """Where the book lies: an SQLite file (relative to the folder above that of office.toml) or a PostgreSQL URL.

    A PostgreSQL on another machine is spoken to over verified TLS alone.
    """

    url: Line = Field(default="sqlite:///var/buku.db", repr=False)

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError('harus diawali "sqlite:///" atau "postgresql+psycopg://"')
        if value == "sqlite:///":
            raise ValueError('harus menyebut nama berkas sesudah "sqlite:///", misalnya "sqlite:///var/buku.db"')
        if value.startswith("postgresql") and (trouble := trouble_with_postgresql(value)):
            raise ValueError(trouble)
        return value


class Server(Part):
    """One server of a mailbox. `plain` is allowed to loopback alone; TLS never falls back."""

    host: Line
    port: int = Field(ge=1, le=65535)
    security: Literal["tls", "starttls", "plain"] = "tls"
    ca_file: Path | None = None

    @model_validator(mode="after")
    def _plain_only_here(self) -> Self:
        if self.security == "plain" and not is_loopback(self.host):
            raise ValueError('security = "plain" hanya diizinkan untuk server di komputer ini (127.0.0.1)')
        return self


def _variable_name(value: str) -> str:
    # also keeps a password that was written here by mistake out of every message that names the variable
    if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        raise ValueError("harus berupa nama variabel lingkungan dengan huruf besar, misalnya BUKU_GMAIL_PASSWORD")
    return value


VariableName = Annotated[str, AfterValidator(_variable_name)]


class Mailbox(Part):
    """One service mailbox: where it is read, how it sends, and from when on its mail belongs in the book."""

    address: MailAddress
    service: Line
    start: Moment
    imap: Server
    smtp: Server
    user: Line | None = None
    password_env: VariableName | None = None
    password_file: Path | None = None
    folders: tuple[Line, ...] = ("INBOX", "\\Junk")
    sent_folder: Line | None = None
    files_sent: bool = False
    daily_letters: int = Field(default=400, ge=1)
    mark_seen: bool = False

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.password_env is None) == (self.password_file is None):
            raise ValueError("harus memuat tepat satu: password_env (nama variabel) atau password_file (nama berkas)")
        return self

    @property
    def login(self) -> str:
        """The user name for IMAP and SMTP."""
        return self.user or self.address

    def password(self) -> str:
        """Read the secret from where the configuration says; raises ConfigError naming that place."""
        secret = self._written_secret().replace("\N{NO-BREAK SPACE}", " ").strip()
        if not secret:
            raise ConfigError(f"{self._place}: kata sandi belum ada: diharapkan di {self._source}")
        if not secret.isascii():  # imaplib and smtplib can say no other
            raise ConfigError(f"{self._place}: kata sandi di {self._source} hanya boleh memuat huruf dan tanda ASCII")
        return secret

    @property
    def _place(self) -> str:
        return f"mailboxes {self.address}: {'password_env' if self.password_env else 'password_file'}"

    @property
    def _source(self) -> str:
        return f"variabel lingkungan {self.password_env}" if self.password_env else f"berkas {self.password_file}"

    def _written_secret(self) -> str:
        if self.password_env is not None:
            return os.environ.get(self.password_env, "")
        assert self.password_file is not None
        try:
            return self.password_file.read_text(encoding="utf-8-sig")
        except OSError as wrong:
            raise ConfigError(f"{self._place}: {self._source} tidak dapat dibaca: {unopened(wrong)}") from wrong
        except UnicodeDecodeError:
            raise ConfigError(f"{self._place}: {self._source} harus berupa teks biasa (UTF-8)") from None


class FirstNumber(Part):
    """The number with which a register goes on from the paper book, in the year named."""

    year: int = Field(ge=2000, le=2999)
    first: int = Field(ge=1)


class Registers(Part):
    """First numbers of the registers; one without an entry here begins at 1."""

    PGD: FirstNumber | None = None
    REG: FirstNumber | None = None
    SRN: FirstNumber | None = None
    INF: FirstNumber | None = None


class Intake(Part):
    """How mail is taken in. Times in seconds, sizes in bytes."""

    poll_seconds: int = Field(default=60, ge=5, le=3600)
    timeout_seconds: int = Field(default=30, ge=1, le=300)
    parse_seconds: int = Field(default=30, ge=1, le=600)
    look_back_days: int = Field(default=14, ge=1, le=400)
    batch: int = Field(default=50, ge=1, le=50)


class Letters(Part):
    """How letters go out. Times in seconds."""

    timeout_seconds: int = Field(default=30, ge=1, le=300)
    daily_cap: int = Field(default=20, ge=1)
    give_up_hours: int = Field(default=96, ge=1)
    pause_seconds: float = Field(default=0.1, ge=0, le=60)
    sure_after_seconds: int = Field(default=120, ge=0)


class Judging(Part):
    """How sure a judgement must be before nobody needs to look at it."""

    review_below: float = Field(default=0.7, ge=0, le=1)
    complaint_cost: float = Field(default=20, ge=1, le=1000)


class Desk(Part):
    """Where the staff page listens, by which names browsers call it, and how long somebody stays signed in.

    Beyond this machine it wants a certificate of its own, or the address of the reverse proxy that has one.
    """

    host: Line = "127.0.0.1"
    port: int = Field(default=8025, ge=1, le=65535)
    names: tuple[Line, ...] = ()
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    behind_proxy: Line | None = None
    session_hours: int = Field(default=12, ge=1, le=168)
    idle_minutes: int = Field(default=60, ge=5, le=1440)

    @property
    def secure(self) -> bool:
        """Say whether browsers reach the page over TLS alone."""
        return self.tls_certificate is not None or self.behind_proxy is not None

    @field_validator("names")
    @classmethod
    def _plain_names(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", name):
                raise ValueError(f"{name!r} harus berupa nama komputer atau alamat IP, tanpa https:// dan tanpa porta")
        return tuple(name.lower() for name in value)

    @field_validator("behind_proxy")
    @classmethod
    def _proxy_address(cls, value: str | None) -> str | None:
        try:
            return value if value is None else str(ip_address(value))
        except ValueError as wrong:
            raise ValueError("harus berupa alamat IP tempat reverse proxy memanggil, misalnya 127.0.0.1") from wrong

    @model_validator(mode="after")
    def _safe_beyond_this_machine(self) -> Self:
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate dan tls_key harus diisi bersama: salah satunya belum ada")
        if not self.secure and not is_loopback(self.host):
            raise ValueError("host di luar komputer ini memerlukan tls_certificate dan tls_key, atau behind_proxy")
        if (self.behind_proxy or not is_loopback(self.host)) and not self.names:
            raise ValueError('names harus menyebut nama halaman pada peramban, misalnya names = ["buku.example.go.id"]')
        return self


class Backup(Part):
    """Where the backup of the day goes, from which local time on, and how many are kept; no folder, no backup."""

    folder: Path | None = None
    at: ClockTime = time(12, 30)
    keep: int = Field(default=7, ge=1, le=400)


class Logging(Part):
    """What the log tells; it never holds a body or a whole address."""

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Step(Part):
    """One step of a service's published procedure."""

    text: Line
    who: Line | None = None


class TimeLimit(Part):
    """A published time limit, in the unit in which the standard states it."""

    amount: int = Field(ge=1)
    unit: Literal["hari_kerja", "hari", "menit"]
    parts: tuple[Line, ...] = ()


class Document(Part):
    """A paper that an applicant brings; those that the standard names are required."""

    text: Line
    required: bool = True
    who: Line | None = None


class Service(Part):
    """One service as its published standard describes it; the key is the name of its file."""

    title: Line
    short: Line
    also_known_as: tuple[Line, ...] = ()
    decree: str = ""
    requirements: tuple[Document, ...] = Field(min_length=1)
    steps: tuple[Step, ...] = Field(min_length=1)
    time_limit: TimeLimit
    fee: Line
    products: tuple[Line, ...] = Field(min_length=1)
    channels: tuple[Literal["petugas", "telepon", "email", "radio"], ...]
    in_person: bool = False


class DeadlineRule(Part):
    """One dated limit: what is due how long after what, for which kinds, in force from a date on.

    Both ends of the validity are included, and the date of receipt decides. Without `services` the rule is general; a
    rule that names a service takes there the place of the general rule with the same key. `promised`: the writer is
    told. `final`: the matter must be finished by then.
    """

    key: Key
    label: Line
    kinds: tuple[KindWord, ...] = Field(min_length=1)
    services: tuple[Line, ...] = ()
    amount: int = Field(ge=1, le=1000)
    unit: Literal["hari_kerja", "hari"]
    counts_from: Literal["diterima", "berkas_lengkap"] = "diterima"
    source: Line
    valid_from: Day
    valid_until: Day | None = None
    promised: bool = True
    final: bool = False

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("valid_until tidak boleh lebih awal daripada valid_from")
        return self

    def in_force(self, day: date) -> bool:
        """Say whether the rule holds for what was received on that day (local date)."""
        return self.valid_from <= day <= (self.valid_until or date.max)

    def rivals(self, other: "DeadlineRule") -> bool:
        """Say whether both rules would speak on the same matter with equal right."""
        return (
            self.key == other.key
            and not set(self.kinds).isdisjoint(other.kinds)
            and (self.services == other.services == () or not set(self.services).isdisjoint(other.services))
            and max(self.valid_from, other.valid_from)
            <= min(self.valid_until or date.max, other.valid_until or date.max)
        )


class NamedDay(Part):
    """A day on which this office departs from the national calendar."""

    day: Day
    name: Line


class Deadlines(Part):
    """The rules of time: the rule set in force, its rules, and local departures from the national calendar.

    `decreed_years` names years whose decree on holidays was entered here by hand, so that nobody is warned of them.
    """

    rule_set: Line
    rules: tuple[DeadlineRule, ...] = Field(min_length=1)
    extra_holidays: tuple[NamedDay, ...] = ()
    extra_workdays: tuple[NamedDay, ...] = ()
    decreed_years: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _no_day_both(self) -> Self:
        both = {d.day for d in self.extra_holidays} & {d.day for d in self.extra_workdays}
        if both:
            raise ValueError(f"{min(both)} tertulis sebagai extra_holidays dan juga sebagai extra_workdays")
        return self

    @model_validator(mode="after")
    def _one_rule_speaks(self) -> Self:
        for first, second in combinations(self.rules, 2):
            if first.rivals(second):
                raise ValueError(f"rules: {first.key!r} tertulis dua kali untuk jenis, layanan, dan masa yang sama")
        return self


class OfficeFile(Part):
    """office.toml as it is written."""

    office: Office
    database: DatabaseSettings = DatabaseSettings()
    mailboxes: tuple[Mailbox, ...] = Field(min_length=1)
    registers: Registers = Registers()
    intake: Intake = Intake()
    letters: Letters = Letters()
    judging: Judging = Judging()
    desk: Desk = Desk()
    backup: Backup = Backup()
    logging: Logging = Logging()

    @model_validator(mode="after")
    def _addresses_differ(self) -> Self:
        addresses = [box.address for box in self.mailboxes]
        if len(set(addresses)) < len(addresses):
            raise ValueError("mailboxes: alamat yang sama tertulis dua kali")
        return self


class Settings(OfficeFile):
    """The whole configuration, with what stands in the files beside office.toml."""

    folder: Path
    services: dict[Key, Service]
    deadlines: Deadlines
    rules: Rules
    themes: Themes

    @model_validator(mode="after")
    def _services_known(self) -> Self:
        for box in self.mailboxes:
            if box.service not in self.services:
                known = ", ".join(sorted(self.services))
                raise ValueError(
                    f"mailboxes: service {box.service!r} pada {box.address} tidak ada di services/ ({known})"
                )
        return self

    @property
    def home(self) -> Path:
        """The folder above the one of office.toml; relative paths of the configuration count from it."""
        return self.folder.parent

    @property
    def database_url(self) -> str:
        """The URL of the database, with the path of an SQLite file made absolute; may hold a password."""
        scheme, slashes, path = self.database.url.partition(":///")
        if scheme != "sqlite" or path == ":memory:":
            return self.database.url
        return scheme + slashes + (self.home / path).as_posix()

    @property
    def own_addresses(self) -> frozenset[str]:
        """The office's own addresses, lower case."""
        return frozenset(box.address for box in self.mailboxes)

    def mailbox(self, address: str) -> Mailbox:
        """Return the mailbox of an address; raises KeyError for one that is not ours."""
        for box in self.mailboxes:
            if box.address == address.lower():
                return box
        raise KeyError(address)

    def theme_title(self, key: str) -> str:
        """Return the label of a theme; one that is no longer configured is shown by its key."""
        return self.themes.themes[key].label if key in self.themes.themes else key

    def service_title(self, key: str) -> str:
        """Return the short title of a service, or the plain word for none of them."""
        return self.services[key].short if key in self.services else "Umum"


def read_toml(path: Path) -> dict[str, object]:
    """Read one TOML file, with or without a byte order mark; raises ConfigError naming the file and the line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as wrong:
        raise ConfigError(f"{path}: tidak dapat dibaca: {unopened(wrong)}; berkas ini diperlukan") from wrong
    except UnicodeDecodeError as wrong:
        raise ConfigError(f"{path}: bukan TOML yang benar: harus disimpan sebagai teks UTF-8") from wrong
    except tomllib.TOMLDecodeError as wrong:
        raise ConfigError(f"{path}: {where_toml_breaks(wrong)}") from wrong


ModelT = TypeVar("ModelT", bound=BaseModel)


def _checked(model: type[ModelT], path: Path, content: dict[str, object]) -> ModelT:
    try:
        return model.model_validate(content)
    except ValidationError as wrong:
        # `from None`: the cause would repeat the values that were written, and one of them may be a password
        raise ConfigError(f"{path}: {one_line(wrong, model)}") from None


def _placed(server: Server, home: Path) -> Server:
    return server.model_copy(update={"ca_file": home / server.ca_file}) if server.ca_file else server


def _placed_desk(desk: Desk, home: Path) -> Desk:
    placed = {name: home / path for name in ("tls_certificate", "tls_key") if (path := getattr(desk, name))}
    return desk.model_copy(update=placed)


def _placed_backup(backup: Backup, home: Path) -> Backup:
    return backup.model_copy(update={"folder": home / backup.folder}) if backup.folder else backup


def _settled(box: Mailbox, home: Path) -> Mailbox:
    """Return the mailbox with its relative files counted from `home`."""
    password_file = home / box.password_file if box.password_file else None
    return box.model_copy(
        update={"password_file": password_file, "imap": _placed(box.imap, home), "smtp": _placed(box.smtp, home)}
    )


def _services(folder: Path) -> dict[str, Service]:
    services = {}
    for file in sorted(folder.glob("*.toml")):
        if not re.fullmatch(KEY_PATTERN, file.stem) or file.stem == "umum":
            raise ConfigError(
                f"{file}: nama berkas adalah kunci layanan: hanya huruf kecil, angka, dan _, dan bukan umum"
            )
        services[file.stem] = _checked(Service, file, read_toml(file))
    if not services:
        raise ConfigError(f"{folder}: belum ada layanan di sana; paling sedikit satu berkas *.toml diperlukan")
    return services


def _deadlines(file: Path, services: dict[str, Service]) -> Deadlines:
    deadlines = _checked(Deadlines, file, read_toml(file))
    for place, rule in enumerate(deadlines.rules, start=1):
        unknown = set(rule.services) - set(services) - {"umum"}
        if unknown:
            known = ", ".join([*sorted(services), "umum"])
            raise ConfigError(f"{file}: rules #{place}.services: {min(unknown)!r} tidak ada di antara {known}")
    return deadlines


def load(path: Path) -> Settings:
    """Read office.toml and the files beside it; raises ConfigError with one line that names file, key and expectation.

    A relative SQLite path and relative secret files count from the folder above the one that holds office.toml.
    """
    office = _checked(OfficeFile, path, read_toml(path))
    folder = path.resolve().parent
    services = _services(folder / "services")
    rules_file, themes_file = folder / "rules.toml", folder / "themes.toml"
    whole: dict[str, object] = {name: getattr(office, name) for name in OfficeFile.model_fields} | {
        "mailboxes": tuple(_settled(box, folder.parent) for box in office.mailboxes),
        "desk": _placed_desk(office.desk, folder.parent),
        "backup": _placed_backup(office.backup, folder.parent),
        "folder": folder,
        "services": services,
        "deadlines": _deadlines(folder / "deadlines.toml", services),
        "rules": _checked(Rules, rules_file, read_toml(rules_file)),
        "themes": _checked(Themes, themes_file, read_toml(themes_file)),
    }
    return _checked(Settings, path, whole)
