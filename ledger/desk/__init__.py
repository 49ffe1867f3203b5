"""The staff page: a door of the ledger, one module a noun."""
