"""The words of the book: every enumeration, each idea once, its values as the office reads them."""

from enum import StrEnum


class Channel(StrEnum):
    """The way by which a matter reached the office (the channels of the published standard)."""

    EMAIL = "email"
    TELEPON = "telepon"
    PETUGAS = "petugas"
    RADIO = "radio"
    LAINNYA = "lainnya"


class Kind(StrEnum):
    """What the writer wants done."""

    PENGADUAN = "pengaduan"
    PERMOHONAN = "permohonan"
    SARAN = "saran"
    INFORMASI = "informasi"
    LAINNYA = "lainnya"


class Register(StrEnum):
    """A series of numbers in the book; a kind that has none (lainnya) gets no number."""

    PGD = "PGD"
    REG = "REG"
    SRN = "SRN"
    INF = "INF"


REGISTER_OF: dict[Kind, Register] = {
    Kind.PENGADUAN: Register.PGD,
    Kind.PERMOHONAN: Register.REG,
    Kind.SARAN: Register.SRN,
    Kind.INFORMASI: Register.INF,
}


class Status(StrEnum):
    """Where an entry stands (DOMAIN vocabulary, SP4N-like)."""

    DITERIMA = "diterima"
    DIVERIFIKASI = "diverifikasi"
    MENUNGGU_KELENGKAPAN = "menunggu_kelengkapan"
    DIDISPOSISIKAN = "didisposisikan"
    DIPROSES = "diproses"
    DITERUSKAN = "diteruskan"
    DIJAWAB = "dijawab"
    SELESAI = "selesai"
    DITOLAK = "ditolak"
    DICABUT = "dicabut"
    DUPLIKAT = "duplikat"
    BATAL = "batal"


CLOSED = frozenset({Status.SELESAI, Status.DITOLAK, Status.DICABUT, Status.DUPLIKAT, Status.BATAL})


class Disposition(StrEnum):
    """The one outcome of a fetched mail."""

    RECORDED = "recorded"
    FOLLOW_UP = "follow_up"
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"
    UNREGISTERED = "unregistered"
    QUARANTINED = "quarantined"


class LetterState(StrEnum):
    """The state of a letter that the office owes."""

    OWED = "owed"
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    WITHHELD = "withheld"
    UNCERTAIN = "uncertain"


class Purpose(StrEnum):
    """What a letter is for."""

    TANDA_TERIMA = "tanda_terima"
    JAWABAN = "jawaban"


class ArrivalState(StrEnum):
    """What became of one UID seen in a folder.

    `left` is a mail in Sent that answers nothing in the book, `gone` one that left the server before it was given, and
    `renumbered` one not given before the server gave all mails of the folder other UIDs.
    """

    TAKEN = "taken"
    UNFETCHABLE = "unfetchable"
    GONE = "gone"
    RENUMBERED = "renumbered"
    BEFORE_START = "before_start"
    LEFT = "left"


class Role(StrEnum):
    """What a member of staff may do at the desk."""

    PETUGAS = "petugas"
    KEPALA = "kepala"
    ADMIN = "admin"
    PEMBACA = "pembaca"


class Form(StrEnum):
    """The forms in which the book goes out."""

    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSONL = "jsonl"


class Ledger(StrEnum):
    """The ledgers that staff typed in, each of one channel."""

    TELEPON = "telepon"
    PETUGAS = "petugas"
    RADIO = "radio"

    @property
    def channel(self) -> Channel:
        """The channel of what stands in it."""
        return Channel(self.value)


class RecapForm(StrEnum):
    """The forms in which a recap goes out."""

    PDF = "pdf"
    XLSX = "xlsx"
    TEKS = "teks"


class Paper(StrEnum):
    """The sheets that the office prints on."""

    A4 = "a4"
    F4 = "f4"
    A5 = "a5"
    HALF_F4 = "setengah-f4"
