"""Says in plain Indonesian what the enhanced status codes of mail servers mean."""

_MEANINGS = (
    ("X.1.7.", "alamat kantor tidak diterima oleh server penerima"),
    ("X.1.8.", "alamat kantor tidak diterima oleh server penerima"),
    ("X.1.", "alamat penerima tidak ada atau salah tulis"),
    ("X.2.1.", "kotak surat penerima tidak aktif"),
    ("X.2.2.", "kotak surat penerima penuh"),
    ("X.2.3.", "surat terlalu besar bagi penerima"),
    ("X.2.", "kotak surat penerima tidak dapat menerima surat"),
    ("X.3.4.", "surat terlalu besar bagi penerima"),
    ("X.3.", "server penerima mengalami gangguan"),
    ("X.4.", "server penerima tidak dapat dihubungi"),
    ("X.6.", "isi surat tidak diterima oleh server penerima"),
    ("X.7.", "ditolak oleh aturan keamanan server penerima"),
)


def meaning_of(status: str) -> str:
    """Say in plain Indonesian what an enhanced status code means (RFC 3463, section 3)."""
    found = (meaning for code, meaning in _MEANINGS if f"X{status[1:]}.".startswith(code))
    return next(found, "alasannya tidak dijelaskan")
