"""Identity numbers: check characters, and what a citizen's number says of birth and sex.

Spec: GB 11643-1999 (18 characters, ISO 7064 MOD 11-2), GB 32100-2015 (unified social credit code).
"""

from __future__ import annotations

import re
from datetime import date

CITIZEN = "居民身份证"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_NUMBER = re.compile(r"[0-9]{17}[0-9X]\Z")
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def id_check_character(body: str) -> str:
    """The last character of a citizen's number from the first seventeen."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def is_citizen_number(number: str) -> bool:
    """Whether it has the form, a day of birth that exists, and the right last character."""
    upper = number.upper()
    if not _NUMBER.match(upper) or birth_of(upper) is None:
        return False
    return id_check_character(upper[:17]) == upper[17]


def birth_of(number: str) -> date | None:
    """The day of birth that a number states; None where it states none."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def sex_of(number: str) -> str:
    """男 or 女: the seventeenth digit is odd for a man."""
    return "男" if int(number[16]) % 2 else "女"


def credit_check_character(body: str) -> str:
    """The last character of a credit code from the first seventeen (GB 32100-2015, 4.7)."""
    total = sum(_CREDIT_ALPHABET.index(char) * weight for char, weight in zip(body, _CREDIT_WEIGHTS, strict=True))
    return _CREDIT_ALPHABET[(31 - total % 31) % 31]


def is_credit_code(code: str) -> bool:
    """Whether a unified social credit code has the form and the right last character."""
    if len(code) != 18 or any(char not in _CREDIT_ALPHABET for char in code):
        return False
    return credit_check_character(code[:17]) == code[17]
