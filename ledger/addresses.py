"""Checks e-mail addresses by their form alone, without asking the network; the only user of email_validator."""

from email_validator import EmailNotValidError, validate_email


def is_writable(address: str) -> bool:
    """Say whether a letter can be addressed to `address`: valid by RFC 5321, ASCII, on a domain that can exist."""
    try:
        validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return False
    return address.isascii()  # a domain in other letters passes the check above
