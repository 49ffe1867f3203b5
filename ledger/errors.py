"""The failures of the ledger, split by who must act."""


class LedgerError(Exception):
    """The ledger refuses or cannot do what was asked; the text is fit for the person who asked."""


class DatabaseUnavailable(LedgerError):
    """The database cannot be reached or is not of this program's version; for the operator, in plain Indonesian."""


class UnreadableRaw(LedgerError):
    """A kept mail cannot be opened for display; the text says why, in plain Indonesian."""
