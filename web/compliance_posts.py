"""Key posts: who does how much of what, beside his peers; one person with the events behind each indicator.

Spec: docs/spec/conformance.md (Key posts). People stand here: whoever opens these pages is on record first. An address
names a person by a digest, so that no name gets into a browser's history.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from flask import Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from evidence_service.conformance.core.measure import Standing
from evidence_service.conformance.core.post import Indicator
from web.access import Permission, permit
from web.chart_latency import Interval, interval_chart
from web.charts import bars
from web.compliance_desk import around, desk, here
from web.compliance_forms import word_argument
from web.compliance_store import KeptRun
from web.current import now, number_argument

PAGE = 30
DRAWN = 12
NAMES = tuple(one.value for one in Indicator)


def register(app: Flask) -> None:
    """Add the routes."""
    app.add_url_rule("/compliance/posts", "key_posts", key_posts)
    app.add_url_rule("/compliance/posts/holder", "post_holder", post_holder)


@permit(Permission.AUDIT_READ)
def key_posts() -> ResponseReturnValue:
    """One post: its people with every indicator, the concentration as a picture, one indicator with intervals."""
    at, (logs, log) = desk(), here()
    kept = at.store.run(log.institution) if log else None
    if log is None or kept is None or not kept.body["posts"]:
        job = at.store.job(log.institution) if log else None
        return render_template("compliance/posts.html", kept=kept, job=job, now=now(), **around("key_posts", log, logs))
    posts = kept.body["posts"]
    wish = word_argument("post", [one["post"] for one in posts])
    post = next((one for one in posts if one["post"] == wish), None) or max(posts, key=lambda one: int(one["acts"]))
    door = at.door(current_user.name)
    door.on_record(log.institution, [f"post {post['post']}"], "key posts")
    there = [name for name in NAMES if any(name in person["indicators"] for person in post["people"])]
    chosen = word_argument("indicator", NAMES) or _telling(post, there)
    start = min(number_argument("from") or 0, max(0, len(post["people"]) - 1))
    return render_template(
        "compliance/posts.html",
        kept=kept,
        job=at.store.job(log.institution),
        posts=posts,
        post=post,
        there=there,
        chosen=chosen,
        people=post["people"][start : start + PAGE],
        start=start,
        step=PAGE,
        mark=lambda person: person_mark(log.institution, person["actor"]),
        concentration=_concentration(post),
        rest=_rest(post),
        intervals=interval_chart(_intervals(post, chosen)) if chosen else None,
        drawn=DRAWN,
        now=now(),
        **around("key_posts", log, logs),
    )


@permit(Permission.AUDIT_READ)
def post_holder() -> ResponseReturnValue:
    """One person: posts, indicators, the events behind them, and the duties that he broke by name of the rule."""
    at, (logs, log) = desk(), here()
    kept = at.store.run(log.institution) if log else None
    if log is None or kept is None:
        abort(404)
    mark = request.args.get("person", "")
    actor = _actor(kept, mark)
    door = at.door(current_user.name)
    door.on_record(log.institution, [f"person {mark}"], "key posts: one person")
    rules = {one["id"]: one for one in kept.body["conformance"]["rules"]}
    mine = kept.body["accountable"].get(actor, {}) if actor is not None else {}
    return render_template(
        "compliance/holder.html",
        kept=kept,
        actor=actor,
        held=[(post, person) for post in kept.body["posts"] for person in post["people"] if person["actor"] == actor],
        accountable=[(rules[rule], told) for rule, told in mine.items() if rule in rules],
        names=NAMES,
        notable=Standing.NOTABLE.value,
        **around("post_holder", log, logs),
    )


def person_mark(institution: str, actor: str | None) -> str:
    """What stands for a person in addresses and in the access log; the same as `audit posts --show` records."""
    return "nobody" if actor is None else sha256(f"{institution}\n{actor}".encode()).hexdigest()[:16]


def _actor(kept: KeptRun, mark: str) -> str | None:
    """The person of a mark; None for acts by nobody known; 404 where nobody holds a post or answers for a rule."""
    everybody = {person["actor"] for post in kept.body["posts"] for person in post["people"]}
    everybody |= set(kept.body["accountable"])
    for actor in everybody:
        if person_mark(kept.institution, actor) == mark:
            return None if actor is None else str(actor)
    abort(404)


def _telling(post: dict[str, Any], there: list[str]) -> str:
    """The indicator at which most people are notable; the rate of approval where nobody is."""
    counts = {name: sum(name in person["notable"] for person in post["people"]) for name in there}
    usual = next((name for name in ("approval_rate", "fast", *there) if name in there), "")
    return max(there, key=lambda name: (counts[name], name == usual), default="")


def _concentration(post: dict[str, Any]) -> Any:
    """Acts of the busiest people, the rest as one bar, those by nobody known as another."""
    return bars([(name, float(acts)) for name, acts in _busiest(post)])


def _busiest(post: dict[str, Any]) -> list[tuple[str, int]]:
    known = [person for person in post["people"] if person["actor"] is not None]
    shown = [(str(person["actor"]), int(person["acts"])) for person in known[:DRAWN]]
    return shown


def _rest(post: dict[str, Any]) -> tuple[int, int]:
    """How many people are not drawn, and how many acts are theirs."""
    known = [person for person in post["people"] if person["actor"] is not None][DRAWN:]
    return len(known), sum(int(person["acts"]) for person in known)


def _intervals(post: dict[str, Any], name: str) -> list[Interval]:
    """The chosen indicator of the busiest people, notable ones first."""
    found = []
    for person in post["people"]:
        one = person["indicators"].get(name)
        if person["actor"] is None or one is None or one["share"] is None:
            continue
        beside = one["expected"] if one["expected"] is not None else one["peers"]
        notable, few = one["standing"] == Standing.NOTABLE, one["standing"] == Standing.TOO_FEW
        found.append(Interval(person["actor"], one["share"], one["low"], one["high"], beside, notable, few))
    found.sort(key=lambda one: not one.notable)
    return found[:DRAWN]
