"""Says in plain Indonesian why the database cannot be used now, and what the operator can do about it."""

from sqlalchemy.exc import DBAPIError

_CAUSES = (
    ("file is not a database", "berkasnya bukan basis data buku; periksa database.url, atau pulihkan dari cadangan"),
    ("malformed", "berkasnya rusak; pulihkan dari cadangan"),
    ("unable to open database file", "berkasnya tidak dapat dibuka; periksa database.url dan izin pada foldernya"),
    ("readonly database", "berkasnya tidak boleh ditulisi; periksa izin pada berkas dan foldernya"),
    ("database is locked", "basis data terlalu lama dipakai proses lain; ulangi sebentar lagi"),
    ("disk is full", "cakram penuh; kosongkan ruang, lalu ulangi"),
    ("no space left", "cakram penuh; kosongkan ruang, lalu ulangi"),
    ("disk i/o error", "cakram tidak dapat dibaca atau ditulisi; periksa cakramnya"),
    ("already exists", "di dalamnya sudah ada tabel yang bukan milik buku ini; pakai basis data yang kosong"),
    ("password authentication failed", "PostgreSQL menolak nama pengguna atau kata sandi; periksa PGPASSWORD"),
    ("no password supplied", "kata sandi PostgreSQL belum ada; isi PGPASSWORD atau berkas .pgpass"),
    ("no pg_hba.conf entry", "PostgreSQL tidak mengizinkan komputer ini menyambung; periksa pg_hba.conf di server"),
    ("does not exist", "basis data atau pengguna itu tidak ada di server PostgreSQL; periksa database.url"),
    ("permission denied", "pengguna PostgreSQL itu tidak berhak memakai basis data ini"),
    ("certificate", "sertifikat server PostgreSQL tidak dapat dipercaya; periksa sslrootcert dan nama server"),
    ("does not support ssl", "server PostgreSQL tidak menyediakan TLS; nyalakan ssl di server itu"),
    ("refused", "server PostgreSQL menolak sambungan; periksa alamat dan nomor porta, dan apakah server berjalan"),
    ("timeout", "server PostgreSQL tidak menjawab pada waktunya; periksa jaringan dan alamatnya"),
    ("timed out", "server PostgreSQL tidak menjawab pada waktunya; periksa jaringan dan alamatnya"),
    ("resolve host", "nama server PostgreSQL tidak dikenal; periksa database.url"),
    ("too many", "sambungan ke PostgreSQL sudah penuh; ulangi sebentar lagi"),
    ("connection", "sambungan ke PostgreSQL terputus; ulangi sebentar lagi"),
)
"""What the drivers say, in lower case, and what it means; the first that is found counts."""


def in_plain_words(wrong: DBAPIError) -> str:
    """Say what is wrong with the database; what is in no table is told in the driver's own words."""
    said = " ".join(str(wrong.orig).split())
    cause = next((means for word, means in _CAUSES if word in said.lower()), said)
    return f"basis data tidak dapat dipakai: {cause}"
