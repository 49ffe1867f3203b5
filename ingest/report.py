"""Read a delivery report, in RFC 3464 form or in plain words: whom it names, why, and which letter came back."""

import re
from collections.abc import Iterator

from ingest.parse import ParsedMail
from ledger.ports import Bounce

_LOOKED_AT = 20_000
_ADDRESS = (
    r"(?<![^\s<>\"'(),;:=\[\]])(?:\"[^\"\n]{1,64}\"|(?>[^\s<>\"'(),;:\[\]@]+))@(?>[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*)"
)
_ANY_ADDRESS = re.compile(_ADDRESS)
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*): *(.*)$", re.MULTILINE)
_FAILED_ACTIONS = frozenset({"failed", "delayed", "failure", "error", "undeliverable"})
_GOOD_ACTIONS = frozenset({"delivered", "relayed", "expanded", "deliverable"})
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_ENHANCED = re.compile(r"(?:\b[45]\d\d[ -]+|#)[\[(<]?#?([45]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
_BARE_ENHANCED = re.compile(r"(?<![\d./-])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_RETURNED_LETTER = re.compile(
    r"^\W{0,80}(?:this is a copy of|below this line is a copy|(?:the )?original message|unsent message|returned message"
    r"|included is the|copy of (?:the|your)|isi surat asli|pesan asli)\b.*$"
    r"|^.*\b(?:message|headers?|text|mail)\b.{0,40}\bfollows?\b.*$"
    r"|^.*\bsummary of the undelivered\b.*$",
    re.IGNORECASE | re.MULTILINE,
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"\b(?:failed|final|original|undelivered|unknown)[ _-](?:recipients?|user|address|to)\s*[:=]\s*<?({_ADDRESS})",
        rf"^\s*<({_ADDRESS})>\s*[:.(]?",
        rf"\bRCPT TO: *<({_ADDRESS})>",
        rf"^\s*({_ADDRESS})\s*(?:$|[:.(]|on )",
        rf"<({_ADDRESS})>\.{{2,3}}",
        rf"\b(?:to|for|recipients?|address(?:ee)?|user|kepada|penerima|alamat)\b[^\n@]{{0,40}}?({_ADDRESS})",
        rf"({_ADDRESS})",
    )
)
_STILL_TRIED = re.compile(
    r"\b(?:delivery|message|mail|e-?mail)\b.{0,40}\bdelayed\b|\bdelayed (?:mail|delivery)\b"
    r"|\b(?:will|continu\w+ to|keep) (?:be )?(?:re)?(?:try|tried|trying|attempt\w*)\b"
    r"|\bstill (?:being )?(?:re)?(?:tried|trying)"
    r"|\b(?:not|n't)(?: yet)? been delivered yet|\bnot yet been delivered|\bwarning message only\b|\bneed not resend\b"
    r"|\bdo not need to resend\b|\btertunda\b|\bakan (?:terus )?dicoba (?:lagi|kembali)\b",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(
    r"^[ \t>|]*(?:X-)?(?:Original-)?Message-ID *: *(?:\r?\n[ \t]+)?<([^<>\s]+)>", re.IGNORECASE | re.MULTILINE
)


def has_failed_delivery(report: str) -> bool:
    """Say whether a report's fields tell of a failed or delayed delivery (RFC 3464)."""
    actions = _actions(report)
    if actions:
        return bool(actions & _FAILED_ACTIONS)
    return bool(
        re.search(r"^(?:Final|Original)-Recipient:", report, re.I | re.M)
        and re.search(r"^Status: *[45]", report, re.I | re.M)
    )


def has_only_succeeded(report: str) -> bool:
    """Say whether a report tells of success only."""
    actions = _actions(report)
    return bool(actions) and actions <= _GOOD_ACTIONS


def bounce_of(mail: ParsedMail, own_addresses: frozenset[str]) -> Bounce:
    """Read recipient, RFC 3463 status and the returned letter's Message-ID, each None where it cannot be told."""
    text = _before_returned_letter(mail.text[:_LOOKED_AT])
    fields = _failed_block(mail.report)
    not_them = own_addresses | {address.lower() for address in _ourselves(mail)}
    return Bounce(
        recipient=_recipient(mail, fields, text, not_them),
        status=_status(fields, text),
        original_message_id=_original_message_id(mail),
        delayed=_delayed(fields.get("action", "").lower(), f"{mail.subject}\n{text}"),
    )


def _delayed(action: str, text: str) -> bool:
    """Say whether the letter is still being tried: by the report's Action, else by its words; no status tells that."""
    return action.startswith("delay") if action else _STILL_TRIED.search(text) is not None


def _actions(report: str) -> set[str]:
    return {
        value.split()[0].lower() for name, value in _FIELD.findall(report) if name.lower() == "action" and value.split()
    }


def _failed_block(report: str) -> dict[str, str]:
    """Give the fields of the recipient that failed, else of the first one."""
    blocks = [{name.lower(): value for name, value in _FIELD.findall(block)} for block in re.split(r"\n\s*\n", report)]
    named = [block for block in blocks if "final-recipient" in block or "original-recipient" in block]
    failed = (block for block in named if block.get("action", "").lower().startswith("fail"))
    return next(failed, named[0] if named else {})


def _ourselves(mail: ParsedMail) -> Iterator[str]:
    for found in (*mail.to, *mail.cc, *mail.reply_to):
        yield found.address
    if mail.sender is not None:
        yield mail.sender.address


def _recipient(mail: ParsedMail, fields: dict[str, str], text: str, not_them: frozenset[str]) -> str | None:
    for name in ("final-recipient", "original-recipient", "x-actual-recipient"):
        found = _ANY_ADDRESS.search(fields.get(name, "").replace("<", " ").replace(">", " "))
        if found is not None:
            return found[0]
    header = next((value for name, value in mail.headers if name == "x-failed-recipients"), "")
    named = _ANY_ADDRESS.search(header)
    if named is not None:
        return named[0]
    return _named_in(text, not_them) or _addressed_to(mail, not_them)


def _named_in(text: str, not_them: frozenset[str]) -> str | None:
    for pattern in _PATTERNS:
        for found in pattern.finditer(text):
            address = found[1].strip(".-")
            if address.lower() not in not_them and not re.match(r"(?:mailer-daemon|postmaster)@", address, re.I):
                return address
    return None


def _addressed_to(mail: ParsedMail, not_them: frozenset[str]) -> str | None:
    """The returned letter's own To, where the report names nobody."""
    for text in _returned_headers(mail):
        found = re.search(rf"^[ \t>|]*To *:[^\n]*?({_ADDRESS})", text, re.I | re.M)
        if found is not None and found[1].lower() not in not_them:
            return found[1]
    return None


def _status(fields: dict[str, str], text: str) -> str | None:
    for source, pattern in ((fields.get("status", ""), _STATUS), (fields.get("diagnostic-code", ""), _BARE_ENHANCED)):
        found = pattern.search(source)
        if found is not None:
            return found[1]
    found = _ENHANCED.search(text) or _BARE_ENHANCED.search(text)
    return found[1] if found else None


def _original_message_id(mail: ParsedMail) -> str | None:
    for text in _returned_headers(mail):
        found = _MESSAGE_ID.search(text)
        if found is not None and found[1] != mail.message_id:
            return found[1]
    header = next((value for name, value in mail.headers if name == "x-original-message-id"), "")
    named = re.search(r"<?([^<>\s]+@[^<>\s]+)>?", header)
    if named is not None:
        return named[1]
    return next(iter((*mail.in_reply_to, *reversed(mail.references))), None)


def _returned_headers(mail: ParsedMail) -> Iterator[str]:
    """The places where the headers of the letter that came back may stand."""
    yield mail.report
    for file in mail.files:
        if file.content_type.startswith("message/"):
            yield file.content[:_LOOKED_AT].decode("utf-8", "replace")
    yield mail.text
    for file in mail.files:
        if file.content_type.startswith("text/"):
            yield file.content[:_LOOKED_AT].decode("utf-8", "replace")


def _before_returned_letter(text: str) -> str:
    found = _RETURNED_LETTER.search(text)
    return text[: found.start()] if found is not None and text[: found.start()].strip() else text
