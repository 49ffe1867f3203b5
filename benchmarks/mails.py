"""Makes any number of different mails out of the demonstration's sample letters."""

import re
from itertools import cycle, islice

from demo.letters import samples

_OWN_HEADERS = re.compile(rb"^(?:Message-ID|From):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n", re.IGNORECASE | re.MULTILINE)


def mails(count: int) -> list[bytes]:
    """Return `count` mails, each with a Message-ID and a sender of its own."""
    letters = [sample.raw for sample in samples() if sample.folder == "INBOX" and b"\n" in sample.raw]
    return [_made_own(raw, number) for number, raw in enumerate(islice(cycle(letters), count))]


def _made_own(raw: bytes, number: int) -> bytes:
    own = f"Message-ID: <{number}.bench@mail.example.org>\r\nFrom: <warga{number}@example.org>\r\n"
    return own.encode() + _OWN_HEADERS.sub(b"", raw)


def large_mail(number: int, size: int) -> bytes:
    """Return a mail of about `size` bytes, nearly all of it one attached picture."""
    line = b"A" * 76 + b"\r\n"
    return (
        (
            f"Message-ID: <{number}.large@mail.example.org>\r\nFrom: <foto{number}@example.org>\r\n"
            f"Subject: Pengaduan dengan foto {number}\r\nMIME-Version: 1.0\r\n"
            'Content-Type: multipart/mixed; boundary="batas"\r\n\r\n--batas\r\n'
            "Content-Type: text/plain; charset=utf-8\r\n\r\n"
            f"Saya mengadukan upah bulan ke-{number} yang belum dibayar. Foto terlampir.\r\n--batas\r\n"
            'Content-Type: image/jpeg\r\nContent-Disposition: attachment; filename="foto.jpg"\r\n'
            "Content-Transfer-Encoding: base64\r\n\r\n"
        ).encode()
        + line * (size // len(line))
        + b"--batas--\r\n"
    )
