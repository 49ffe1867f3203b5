"""The book: what was received, what it became, and what was promised for it."""
