"""The rule of secrecy: whose identity is kept from those who only read, on pages and in documents alike."""

from ledger.models import Entry

HIDDEN = "(dirahasiakan)"
_LEAST = 4
"""Letters from which on a value names somebody wherever it stands."""
_EMPTY = ("sender_name", "organisation", "address", "phone", "phone_e164", "email", "represents", "review_reason")


def is_hidden(entry: Entry | None, *, may_see: bool) -> bool:
    """Say whether somebody may not see who stands behind an entry, nor what he wrote.

    That holds for what is to be kept secret, and for complaints about officers (berkadar pengawasan); `may_see` says
    whether the one who asks has a role that works on entries.
    """
    return entry is not None and (entry.secret or entry.restricted) and not may_see


def masked(entry: Entry) -> Entry:
    """Return a copy of an entry, tied to no session, that does not tell whose it is.

    Its matter stays, but where that names him or is nothing but the beginning of what he said.
    """
    told = entry.model_dump() | {"name": HIDDEN, "account": HIDDEN} | dict.fromkeys(_EMPTY, "")
    return Entry(**told | ({"matter": HIDDEN} if _matter_tells(entry) else {}))


def _matter_tells(entry: Entry) -> bool:
    matter = " ".join(entry.matter.casefold().split())
    opening = matter.removesuffix(" …")
    who = (str(getattr(entry, field)).strip().casefold() for field in ("name", *_EMPTY))
    said = " ".join(entry.account.casefold().split())
    return bool(opening) and (said.startswith(opening) or any(one in matter for one in who if len(one) >= _LEAST))
