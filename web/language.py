"""zh-CN and en: which one a reader gets, and the texts of both. Chinese is the filing language and the default.

Texts live in web/texts/{zh,en}.yaml, one flat key each; a test holds both files to the same keys and the templates
to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from flask import Flask, Request, Response, g, request

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
TAGS: dict[Language, str] = {"zh": "zh-CN", "en": "en"}
COOKIE = "proofdocket_lang"
ONE_YEAR = 365 * 24 * 3600
FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of one language."""

    lang: Language
    entries: Mapping[str, str]

    def __call__(self, key: str, **parts: Any) -> str:
        """The text of a key with its parts filled in; a key that is not there is a bug and raises KeyError."""
        text = self.entries[key]
        return text.format(**parts) if parts else text

    def word(self, family: str, value: str) -> str:
        """The word for a value of a family such as `anchor_state`; a value we have no word for is shown as it is."""
        return self.entries.get(f"{family}.{value}", value)


@cache
def texts(lang: Language) -> Texts:
    """Load one language, once."""
    entries = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text(encoding="utf-8"))
    return Texts(lang, {str(key): str(value) for key, value in entries.items()})


def language_of(asked: Request) -> Language:
    """?lang= wins over the cookie, the cookie over what the browser prefers."""
    for wish in (asked.args.get("lang"), asked.cookies.get(COOKIE)):
        for lang in LANGUAGES:
            if wish == lang:
                return lang
    best = asked.accept_languages.best_match(["zh", "zh-CN", "en"]) or "zh"
    return "en" if best == "en" else "zh"


def current() -> Texts:
    """The texts of this request."""
    if "texts" not in g:
        g.texts = texts(language_of(request))
    found = g.texts
    assert isinstance(found, Texts)
    return found


def register(app: Flask) -> None:
    """Remember the reader's choice, and hand the texts to every page."""

    @app.after_request
    def remember(response: Response) -> Response:
        if request.args.get("lang") in LANGUAGES:
            response.set_cookie(
                COOKIE,
                current().lang,
                max_age=ONE_YEAR,
                secure=app.config["SESSION_COOKIE_SECURE"],
                httponly=True,
                samesite="Lax",
            )
        return response

    @app.context_processor
    def hand_out() -> dict[str, Any]:
        return {"t": current(), "lang": current().lang, "html_lang": TAGS[current().lang]}
