"""Numbers that check out and can belong to nobody: identity numbers, credit codes, telephone numbers.

Spec: GB 11643-1999 (citizen identity number, ISO 7064 MOD 11-2), GB 32100-2015 (unified social credit code),
GB 11714 (organisation code). How they are marked as fictional: every region begins with 99, which names no
province; telephone numbers begin with 120, which no mobile network has; addresses on the net are those that
RFC 5737 keeps for documentation.
"""

from __future__ import annotations

from datetime import date

FICTIONAL_PROVINCE = "99"
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def id_number(region: int, born: date, sequence: int) -> str:
    """Build an 18-character identity number of a fictional region; an odd sequence is a man's (GB 11643)."""
    body = f"{FICTIONAL_PROVINCE}{region:04d}{born:%Y%m%d}{sequence:03d}"
    return body + id_check_character(body)


def id_check_character(body: str) -> str:
    """Compute the last character of an identity number from the first seventeen."""
    return _ID_CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True)) % 11]


def credit_code(region: int, organisation: str) -> str:
    """Build a unified social credit code: 91 (company), a fictional region, an organisation code of eight."""
    body = f"91{FICTIONAL_PROVINCE}{region:04d}{organisation}{organisation_check_character(organisation)}"
    return body + credit_check_character(body)


def credit_check_character(body: str) -> str:
    """Compute the last character of a credit code from the first seventeen (GB 32100-2015, 4.7)."""
    total = sum(_CREDIT_ALPHABET.index(char) * weight for char, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


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
