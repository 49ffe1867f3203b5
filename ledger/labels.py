"""The Indonesian words that a person reads for every value of the book's enumerations, and for a size."""

from ledger.words import ArrivalState, Channel, Disposition, Kind, LetterState, Purpose, Register, Role, Status

CHANNELS: dict[Channel, str] = {
    Channel.EMAIL: "Surel",
    Channel.TELEPON: "Telepon",
    Channel.PETUGAS: "Datang langsung",
    Channel.RADIO: "Radio",
    Channel.LAINNYA: "Lainnya",
}

KINDS: dict[Kind, str] = {
    Kind.PENGADUAN: "Pengaduan",
    Kind.PERMOHONAN: "Permohonan",
    Kind.SARAN: "Saran",
    Kind.INFORMASI: "Permintaan informasi",
    Kind.LAINNYA: "Lainnya",
}

REGISTERS: dict[Register, str] = {
    Register.PGD: "Pengaduan (PGD)",
    Register.REG: "Permohonan (REG)",
    Register.SRN: "Saran (SRN)",
    Register.INF: "Informasi (INF)",
}

ROLES: dict[Role, str] = {
    Role.PETUGAS: "Petugas",
    Role.KEPALA: "Kepala",
    Role.ADMIN: "Pengelola sistem",
    Role.PEMBACA: "Pembaca",
}

STATUSES: dict[Status, str] = {
    Status.DITERIMA: "Diterima",
    Status.DIVERIFIKASI: "Diverifikasi",
    Status.MENUNGGU_KELENGKAPAN: "Menunggu kelengkapan",
    Status.DIDISPOSISIKAN: "Didisposisikan",
    Status.DIPROSES: "Diproses",
    Status.DITERUSKAN: "Diteruskan",
    Status.DIJAWAB: "Dijawab",
    Status.SELESAI: "Selesai",
    Status.DITOLAK: "Ditolak",
    Status.DICABUT: "Dicabut",
    Status.DUPLIKAT: "Duplikat",
    Status.BATAL: "Batal",
}

DISPOSITIONS: dict[Disposition, str] = {
    Disposition.RECORDED: "Dicatat",
    Disposition.FOLLOW_UP: "Surat susulan",
    Disposition.DUPLICATE: "Surat yang sama",
    Disposition.AUTOMATIC: "Balasan otomatis",
    Disposition.BOUNCE: "Laporan tidak sampai",
    Disposition.LIST: "Surat edaran",
    Disposition.OWN: "Surat kita sendiri",
    Disposition.UNREGISTERED: "Tidak diregister",
    Disposition.QUARANTINED: "Karantina",
}

LETTER_STATES: dict[LetterState, str] = {
    LetterState.OWED: "Belum disusun",
    LetterState.QUEUED: "Menunggu dikirim",
    LetterState.SENDING: "Sedang dikirim",
    LetterState.SENT: "Terkirim",
    LetterState.FAILED: "Belum terkirim",
    LetterState.WITHHELD: "Ditahan",
    LetterState.UNCERTAIN: "Belum pasti",
}

PURPOSES: dict[Purpose, str] = {
    Purpose.TANDA_TERIMA: "Tanda terima",
    Purpose.JAWABAN: "Jawaban",
}

ARRIVAL_STATES: dict[ArrivalState, str] = {
    ArrivalState.TAKEN: "Sudah diambil",
    ArrivalState.UNFETCHABLE: "Belum dapat diambil",
    ArrivalState.GONE: "Hilang dari server",
    ArrivalState.RENUMBERED: "Dinomori ulang oleh server",
    ArrivalState.BEFORE_START: "Sebelum tanggal mulai",
    ArrivalState.LEFT: "Dibiarkan di folder Terkirim",
}

VERBS: dict[str, str] = {
    "dicatat": "Dicatat dalam buku",
    "surat_susulan": "Surat susulan diterima",
    "surat_antre": "Surat disusun dan menunggu dikirim",
    "surat_terkirim": "Surat terkirim",
    "surat_ditahan": "Surat ditahan",
    "surat_gagal": "Surat belum terkirim",
    "surat_tidak_pasti": "Pengiriman surat belum pasti",
    "diubah": "Keterangan dibetulkan",
    "dikonfirmasi": "Penggolongan dibenarkan",
    "status": "Keadaan diubah",
    "didisposisikan": "Didisposisikan",
    "diteruskan": "Diteruskan ke instansi lain",
    "catatan": "Catatan intern",
    "digabungkan": "Digabungkan dengan entri lain",
    "menerima_gabungan": "Entri lain digabungkan ke sini",
    "dipisahkan": "Dipisahkan menjadi dua entri",
    "dibuka_kembali": "Dibuka kembali",
    "dibatalkan": "Dibatalkan",
    "dijawab": "Dijawab",
    "diurungkan": "Perubahan diurungkan",
    "akun": "Akun petugas diubah",
    "siaran": "Siaran radio dibuka atau ditutup",
    "dipulihkan": "Buku dipulihkan dari cadangan",
    "surat_dikirim_ulang": "Surat dikirim ulang",
    "surat_dilepas": "Surat yang ditahan dilepas",
    "balasan_webmail": "Balasan dari webmail",
    "surat_dialamatkan": "Alamat tujuan surat diganti",
    "surat_disimpan": "Surat disimpan",
    "surat_dibaca_ulang": "Surat terbaca",
    "surat_kembali": "Surat dikembalikan oleh server penerima",
    "disposisi_berubah": "Penggolongan surat diubah",
    "berkas": "Berkas dilampirkan",
    "diekspor": "Dokumen dibuat dari buku",
    "rekap_terbit": "Rekap diterbitkan",
    "dihapus_data": "Data pribadi dihapus",
}

FIELDS: dict[str, str] = {
    "series": "Register",
    "year": "Tahun",
    "sequence": "Urutan",
    "number": "Nomor",
    "channel": "Kanal",
    "channel_word": "Kanal lain",
    "mailbox": "Kotak surat",
    "kind": "Jenis",
    "service": "Layanan",
    "status": "Keadaan",
    "received_at": "Diterima",
    "recorded_at": "Dicatat",
    "due_on": "Batas waktu",
    "due_rule": "Aturan batas waktu",
    "closed_at": "Ditutup",
    "needs_review": "Perlu ditinjau",
    "recorded_by": "Dicatat oleh",
    "sebenarnya": "Sebenarnya",
    "name": "Nama",
    "sender_name": "Nama pada alamat pengirim",
    "organisation": "Instansi",
    "address": "Alamat",
    "phone": "Telepon",
    "phone_e164": "Telepon (baku)",
    "email": "Surel",
    "matter": "Perihal",
    "account": "Uraian",
    "review_reason": "Alasan peninjauan",
    "themes": "Tema",
    "urgent": "Mendesak",
    "restricted": "Berkadar pengawasan",
    "officer": "Petugas",
    "unit": "Bidang",
    "forwarded_to": "Diteruskan kepada",
    "secret": "Dirahasiakan",
    "represents": "Mewakili",
    "merged_into": "Digabungkan ke",
    "split_from": "Dipisahkan dari",
    "aired_at": "Disiarkan",
    "broadcast_id": "Siaran",
    "catatan": "Catatan",
    "berkas": "Jumlah berkas",
    "nama_berkas": "Nama berkas",
    "alasan": "Alasan",
    "dari": "Semula",
    "menjadi": "Menjadi",
    "surat": "Surat",
    "keadaan": "Keadaan",
    "message_id": "Message-ID",
    "dokumen": "Dokumen",
    "format": "Bentuk",
    "saringan": "Bagian buku",
    "baris": "Jumlah baris",
    "rahasia": "Identitas rahasia",
    "periode": "Periode",
    "posisi": "Sampai peristiwa ke",
    "sidik": "Sidik angka",
    "erased_at": "Data pribadi dihapus",
    "jumlah_surat": "Surat yang dihapus isinya",
    "jumlah_surat_kita": "Surat kita yang dihapus isinya",
    "jumlah_berkas": "Berkas yang dihapus",
}

_VALUES: dict[str, dict[str, str]] = {
    "series": {key.value: word for key, word in REGISTERS.items()},
    "channel": {key.value: word for key, word in CHANNELS.items()},
    "kind": {key.value: word for key, word in KINDS.items()},
    "status": {key.value: word for key, word in STATUSES.items()},
    "surat": {key.value: word for key, word in PURPOSES.items()},
    "keadaan": {key.value: word for key, word in LETTER_STATES.items()},
    "dari": {key.value: word for key, word in DISPOSITIONS.items()},
    "menjadi": {key.value: word for key, word in DISPOSITIONS.items()},
}


def verb(name: str) -> str:
    """Return what an event did in words; a verb not known here is shown as it is."""
    return VERBS.get(name, name)


def field(name: str) -> str:
    """Return what a field of an event is called; one not known here is shown as it is."""
    return FIELDS.get(name, name)


def value(name: str, said: object) -> str:
    """Return a field's value in words: enumerations by their label, yes and no as words, lists by commas."""
    if isinstance(said, bool):
        return "ya" if said else "tidak"
    if isinstance(said, list):
        return ", ".join(map(str, said))
    return "" if said is None else _VALUES.get(name, {}).get(str(said), str(said))


def size(count: int) -> str:
    """Say a number of bytes: "812 bita", "240 KB", "1,4 MB"."""
    if count < 1000:
        return f"{count} bita"
    if count < 1_000_000:
        return f"{count / 1000:.0f} KB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")
