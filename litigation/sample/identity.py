"""Numbers that check out and can belong to nobody: identity numbers, credit codes, telephone numbers.

Spec: GB 11643-1999 (citizen identity number, ISO 7064 MOD 11-2), GB 32100-2015 (unified social credit code),
GB 11714 (organisation code). How they are marked as fictional: every region begins with 99, which names no
province; telephone numbers begin with 120, which no mobile network has; addresses on the net are those that
RFC 5737 keeps for documentation.
"""

from __future__ import annotations

from datetime import date

from litigation.core.identity_number import credit_check_character, id_check_character

FICTIONAL_PROVINCE = "99"
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_number(region: int, born: date, sequence: int) -> str:
    """Build an 18-character identity number of a fictional region; an odd sequence is a man's (GB 11643)."""
    body = f"{FICTIONAL_PROVINCE}{region:04d}{born:%Y%m%d}{sequence:03d}"
    return body + id_check_character(body)


def credit_code(region: int, organisation: str) -> str:
    """Build a unified social credit code: 91 (company), a fictional region, an organisation code of eight."""
    body = f"91{FICTIONAL_PROVINCE}{region:04d}{organisation}{organisation_check_character(organisation)}"
    return body + credit_check_character(body)


def organisation_check_character(body: str) -> str:
    """Compute the check character of an organisation code from its first eight (GB 11714)."""
    total = sum(
        _ORGANISATION_ALPHABET.index(char) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)
    )
    check = (11 - total % 11) % 11
    return "X" if check == 10 else str(check)


def phone_number(sequence: int) -> str:
    """Build an eleven-digit number in a range that no mobile network has."""
    return f"1200{sequence % 10_000_000:07d}"
