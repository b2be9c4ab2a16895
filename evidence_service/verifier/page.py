"""verify.html: the second verifier, one file that a reader keeps on a USB stick. Built by `node verifier/build.mjs`.

Spec: docs/spec/page.md, docs/spec/package.md (Members). In a package it says that it came from a party.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_PUBLIC, _PARTY = b'data-source="public"', b'data-source="party"'
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


@cache
def public_page() -> bytes:
    """The page as an independent place hands it out."""
    return files(__package__).joinpath("verify.html").read_bytes()


@cache
def party_page() -> bytes:
    """The page as it lies in a package: the same program, and a notice that a party sent it."""
    page = public_page()
    if page.count(_PUBLIC) != 1:
        raise AssertionError("verify.html does not say where it came from: node verifier/build.mjs")
    return page.replace(_PUBLIC, _PARTY)


@cache
def page_policy() -> str:
    """The content security policy that the page itself states: this script, this style, nothing else."""
    found = _POLICY.search(public_page().decode())
    if found is None:
        raise AssertionError("verify.html states no policy: node verifier/build.mjs")
    return found[1]
