"""Makes a certificate for 127.0.0.1 with the openssl program, for servers that a test must trust by its file."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.wire.needed import needed


@dataclass(frozen=True, slots=True)
class Certificate:
    """A self-signed certificate and its key; `file` is what a client names as `ca_file` to trust it."""

    file: Path
    key: Path

    def client_context(self) -> ssl.SSLContext:
        """Return the TLS settings of a client that trusts this certificate and nothing else."""
        return ssl.create_default_context(cafile=self.file)


def make_certificate(folder: Path, *, address: str = "127.0.0.1", name: str = "localhost") -> Certificate:
    """Write a certificate for one address and one name, valid for two days, into a folder."""
    openssl = needed(shutil.which("openssl"), "openssl")
    made = Certificate(file=folder / "certificate.pem", key=folder / "key.pem")
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{address},DNS:{name}"]
    command += ["-keyout", str(made.key), "-out", str(made.file)]
    subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
    return made
