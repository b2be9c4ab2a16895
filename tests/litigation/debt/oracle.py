"""A second implementation of docs/spec/debt.md, for comparison: fractions, one pass over every single day.

Written from the page alone, as plainly as can be; it shares no code with the program and knows nothing of speed.
Numbers in comments are sections of the page.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction as F
from typing import Any

LAW = ["costs", "penalty", "compound", "interest", "principal"]
OUTSIDE_CAP = {"court_fee"}
Doc = dict[str, Any]


def cents(value: F) -> F:
    """(3) Half up to the cent; nothing here is below zero."""
    return F((value * 200 + 1) // 2, 100) if value >= 0 else -cents(-value)


def months_after(day: date, months: int) -> date:
    """(4) The same day of a later month, or its last day."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class NothingToAgreeOnError(Exception):
    """(7a.4) No principal is left for an agreement."""


class Plan:
    """(5), (7a.5) Due dates and instalments of one plan."""

    def __init__(self, start: date, first: date, n: int, principal: F, rate: F, kind: str, basis: int) -> None:
        self.start, self.first, self.n, self.rate, self.kind, self.basis = start, first, n, rate, kind, basis
        self.whole = next((m for m in range(1, 700) if months_after(start, m) == first), None)
        i = rate / 12
        self.level = F(0)
        if kind == "equal_principal" or (kind == "equal_instalment" and i == 0):
            self.level = cents(principal / n)
        elif kind == "equal_instalment":
            self.level = cents(principal * i * (1 + i) ** n / ((1 + i) ** n - 1))

    def due(self, k: int) -> date:
        if self.whole is not None:
            return months_after(self.start, self.whole + k - 1)
        return months_after(self.first, k - 1)

    def ask(self, k: int, balance: F) -> tuple[F, F]:
        """Interest and principal of instalment k."""
        month = cents(balance * self.rate / 12)
        interest = month
        if k == 1 and self.whole is not None:
            interest = cents(balance * self.rate * self.whole / 12)
        elif k == 1:
            interest = cents(balance * self.rate * (self.first - self.start).days / self.basis)
        if k == self.n:
            return interest, balance
        wanted = {"equal_instalment": self.level - month, "equal_principal": self.level}.get(self.kind, F(0))
        return interest, min(max(wanted, F(0)), balance)


class Growth:
    """(6) What grows on a base by days, in stretches that are rounded one by one."""

    def __init__(self, base: F, rate: F, day: date, basis: int) -> None:
        self.base, self.rate, self.day, self.basis = base, rate, day, basis
        self.closed: list[tuple[F, F, int]] = []
        self.gone: dict[str, F] = {"paid": F(0), "capitalised": F(0), "waived": F(0)}

    def stretches(self, day: date) -> list[tuple[F, F, int]]:
        return [*self.closed, (self.base, self.rate, (day - self.day).days)]

    def grown(self, day: date) -> F:
        return sum((cents(base * rate * days / self.basis) for base, rate, days in self.stretches(day)), F(0))

    def owed(self, day: date) -> F:
        return self.grown(day) - sum(self.gone.values())

    def change(self, day: date, base: F, rate: F) -> None:
        self.closed, self.day, self.base, self.rate = self.stretches(day), day, base, rate


class Line:
    """One due line: principal is the base of the penalty, interest that of the compound."""

    def __init__(self, item: str, due: date, interest: F, principal: F, late: F, compound: bool, basis: int) -> None:
        self.item, self.due, self.interest0 = item, due, interest
        self.penalty = Growth(principal, late, due, basis)
        self.compound = Growth(interest, late if compound else F(0), due, basis)
        self.waived = F(0)

    def owed(self, kind: str, day: date) -> F:
        return {
            "principal": lambda: self.penalty.base,
            "interest": lambda: self.compound.base,
            "penalty": lambda: self.penalty.owed(day),
            "compound": lambda: self.compound.owed(day),
        }[kind]()

    def take(self, kind: str, day: date, amount: F, how: str) -> None:
        if kind in ("principal", "interest"):
            growth = self.penalty if kind == "principal" else self.compound
            growth.change(day, growth.base - amount, growth.rate)
            if kind == "interest" and how == "waived":
                self.waived += amount
        else:
            (self.penalty if kind == "penalty" else self.compound).gone[how] += amount

    def charged(self, day: date) -> F:
        return sum((late.grown(day) - late.gone["waived"] for late in (self.penalty, self.compound)), F(0))

    def is_open(self, day: date) -> bool:
        return any(self.owed(kind, day) for kind in LAW[1:])


class Oracle:
    """The loan of one debt file, lived through day by day."""

    def __init__(self, doc: Doc) -> None:
        self.doc = doc
        self.start, self.end = date.fromisoformat(doc["disbursed_on"]), date.fromisoformat(doc["cutoff"])
        self.basis = int(doc["day_count"])
        self.undue = F(doc["principal"]) - F(doc.get("deducted_upfront", "0"))
        self.late = F(doc["penalty_rate"])
        n = doc["term_months"]
        bullet = doc["repayment"] == "bullet"
        first, count = (months_after(self.start, n), 1) if bullet else (months_after(self.start, 1), n)
        self.plan = Plan(self.start, first, count, self.undue, F(doc["annual_rate"]), doc["repayment"], self.basis)
        self.done_before, self.k = 0, 1  # instalments of earlier plans; the next one of this plan
        self.last_due = self.start
        self.lines: list[Line] = []
        self.costs: list[Doc] = []
        self.credit, self.early_interest = F(0), list[tuple[date, F]]()
        self.applied: list[tuple[str, str, str, F]] = []
        self.agreed: list[date] = []
        self.balances: list[tuple[date, int, list[tuple[date, int]]]] = []  # in cents, at the end of each day
        day = self.start
        while day <= self.end:
            self.live(day)
            day += timedelta(days=1)

    def live(self, day: date) -> None:
        """(4) The order within one day."""
        known = len(self.lines) + len(self.costs)
        numbered = sorted(self.doc.get("costs", []), key=lambda one: (one["on"], one["kind"], F(one["amount"])))
        for number, cost in enumerate(numbered, 1):
            if cost["on"] == day.isoformat():
                left = F(cost["amount"])
                self.costs.append(
                    {"item": f"costs-{number}", "day": day, "kind": cost["kind"], "all": left, "left": left}
                )
        if self.undue and self.k <= self.plan.n and self.plan.due(self.k) == day:
            interest, principal = self.plan.ask(self.k, self.undue)
            self.fall_due(str(self.done_before + self.k), day, interest, principal)
            self.k, self.last_due = self.k + 1, day
        acceleration = self.doc.get("acceleration")
        if acceleration and acceleration["effective_on"] == day.isoformat() and self.undue:
            self.fall_due("accelerated", day, self.broken(self.undue, day), self.undue)
        of_day = [one for one in self.doc.get("payments", []) if one["on"] == day.isoformat()]
        if of_day or len(self.lines) + len(self.costs) > known:
            self.receive(day, of_day)
        for agreement in self.doc.get("restructuring", []):
            if agreement["on"] == day.isoformat():
                self.agree(agreement, day)
                self.receive(day, [])
        open_lines = [(line.due, int(line.penalty.base * 100)) for line in self.lines if line.penalty.base]
        self.balances.append((day, int(self.undue * 100), open_lines))

    def broken(self, base: F, day: date) -> F:
        return cents(base * self.plan.rate * (day - self.last_due).days / self.basis)

    def fall_due(self, item: str, day: date, interest: F, principal: F) -> None:
        self.lines.append(Line(item, day, interest, principal, self.late, self.doc["compound"], self.basis))
        self.undue -= principal

    def receive(self, day: date, of_day: list[Doc]) -> None:
        """(7), (5) Money goes to what is due; what may prepay prepays; the rest waits."""
        flag = self.doc.get("prepay", False)
        free = sum((F(one["amount"]) for one in of_day if one.get("prepay", flag)), F(0)) + (self.credit if flag else 0)
        money = self.credit + sum((F(one["amount"]) for one in of_day), F(0))
        for item, kind in self.order():
            line = next((one for one in self.lines if one.item == item), None)
            cost = next((one for one in self.costs if one["item"] == item), None)
            part = min(money, line.owed(kind, day) if line else cost["left"])  # type: ignore[index]
            if not part:
                continue
            if line:
                line.take(kind, day, part, "paid")
            else:
                cost["left"] -= part  # type: ignore[index]
            self.applied.append((day.isoformat(), item, kind, part))
            money -= part
        money -= self.prepay(day, min(money, free))
        self.credit = money

    def order(self) -> list[tuple[str, str]]:
        allocation = self.doc.get("allocation") or {"kinds": LAW, "order": "by_kind"}
        kinds: list[str] = allocation["kinds"]
        items, costs = [line.item for line in self.lines], [(cost["item"], "costs") for cost in self.costs]
        if allocation["order"] == "by_kind":
            return [pair for kind in kinds for pair in (costs if kind == "costs" else [(item, kind) for item in items])]
        lines = [(item, kind) for item in items for kind in kinds if kind != "costs"]
        return costs + lines if kinds.index("costs") < kinds.index("principal") else lines + costs

    def prepay(self, day: date, money: F) -> F:
        if not money or not self.undue:
            return F(0)
        principal = min(self.undue, cents(money / (1 + self.plan.rate * (day - self.last_due).days / self.basis)))
        if principal + self.broken(principal, day) > money:
            principal -= F(1, 100)
        if principal <= 0:
            return F(0)
        interest = self.broken(principal, day)
        self.undue -= principal
        self.applied.append((day.isoformat(), "prepaid", "principal", principal))
        if interest:
            self.applied.append((day.isoformat(), "prepaid", "interest", interest))
        self.early_interest.append((day, interest))
        return principal + interest

    def agree(self, agreement: Doc, day: date) -> None:
        """(7a) New terms at the end of the day."""
        broken = self.broken(self.undue, day)
        self.agreed.append(day)
        if broken:
            self.fall_due(f"restructured-{len(self.agreed)}", day, broken, F(0))
        capitalised = F(0)
        for line in self.lines:
            for kind in ("interest", "penalty", "compound"):
                amount = line.owed(kind, day)
                how = agreement["arrears"][kind]
                if amount and how != "carried":
                    line.take(kind, day, amount, how)
                    capitalised += amount if how == "capitalised" else 0
            self.undue += line.penalty.base
            line.penalty.change(day, F(0), F(0))
            line.compound.change(day, line.compound.base, F(0))
        self.undue += capitalised
        if not self.undue:
            raise NothingToAgreeOnError
        self.late = F(agreement.get("penalty_rate", self.late))
        self.done_before += self.k - 1
        self.k, self.last_due = 1, day
        self.plan = Plan(
            day, date.fromisoformat(agreement["first_due"]), agreement["instalments"], self.undue,
            F(agreement.get("annual_rate", self.plan.rate)), agreement.get("repayment", self.plan.kind), self.basis,
        )  # fmt: skip

    # (8) to (9): at the cut-off

    def open(self, kind: str) -> F:
        if kind == "costs":
            return sum((cost["left"] for cost in self.costs), F(0))
        return sum((line.owed(kind, self.end) for line in self.lines), F(0))

    def global_cap(self) -> tuple[F, list[tuple[str, str, F]]]:
        counted = [cost for cost in self.costs if cost["kind"] not in OUTSIDE_CAP]
        opened = [line.due for line in self.lines if line.is_open(self.end)]
        opened += [cost["day"] for cost in counted if cost["left"]]
        settled = [day for day in [line.due for line in self.lines] + self.agreed if all(day < one for one in opened)]
        since = max(settled, default=self.start)
        held = 0
        for day, undue, lines in self.balances:  # the balance at the end of a day bears the cap until the next day
            if since <= day < self.end:
                held += undue + sum(amount for due, amount in lines if due > since)
        allowed = cents(F(held, 100) * F(self.doc["cap"]["annual"]) / self.basis)
        charged = sum(
            (one.interest0 - one.waived + one.charged(self.end) for one in self.lines if one.due > since), F(0)
        )
        charged += sum((interest for day, interest in self.early_interest if day > since), F(0))
        charged += sum((cost["all"] for cost in counted if cost["left"] or cost["day"] > since), F(0))
        newest = self.lines[::-1]
        queue = [(line.item, kind, line.owed(kind, self.end)) for kind in ("compound", "penalty") for line in newest]
        queue += [(cost["item"], "costs", cost["left"]) for cost in counted[::-1]]
        queue += [(line.item, "interest", line.owed("interest", self.end)) for line in newest]
        return allowed, cut_from(queue, charged - allowed)

    def line_cap(self) -> tuple[F, list[tuple[str, str, F]]]:
        allowed, removed = F(0), list[tuple[str, str, F]]()
        for line in self.lines:
            if not line.is_open(self.end):
                continue
            stretches = line.penalty.stretches(self.end)
            used = [(base, days) for base, rate, days in stretches if rate]
            limit = cents(sum((base * days for base, days in used), F(0)) * F(self.doc["cap"]["annual"]) / self.basis)
            charged = line.charged(self.end)
            allowed += min(charged, limit)
            queue = [(line.item, kind, line.owed(kind, self.end)) for kind in ("compound", "penalty")]
            removed += cut_from(queue, charged - limit)
        return allowed, removed

    def answer(self) -> Doc:
        caps = {"global": self.global_cap(), "per_line": self.line_cap()}
        method = self.doc["cap"]["method"]
        removed = [] if method == "none" else caps[method][1]
        sums = {kind: self.open(kind) - sum((a for _, one, a in removed if one == kind), F(0)) for kind in LAW}
        binds = method == "per_line" or (method == "global" and bool(removed))
        rate = min(self.late, F(self.doc["cap"]["annual"])) if binds else self.late
        return {
            **{kind: money(amount) for kind, amount in sums.items()},
            "total": money(sum(sums.values(), F(0))),
            "per_diem": money(cents(self.open("principal") * rate / self.basis)),
            "caps": {
                name: {
                    "allowed": money(allowed),
                    "removed": [{"item": item, "kind": kind, "amount": money(part)} for item, kind, part in cut],
                }
                for name, (allowed, cut) in caps.items()
            },
            "undue_principal": money(self.undue),
            "surplus": money(self.credit),
            "allocations": [
                {"on": on, "item": item, "kind": kind, "amount": money(part)} for on, item, kind, part in self.applied
            ],
            "lines": [
                [line.item, line.due.isoformat(), money(line.penalty.base), (self.end - line.due).days]
                for line in self.lines
                if line.is_open(self.end)
            ],
        }


def cut_from(queue: list[tuple[str, str, F]], excess: F) -> list[tuple[str, str, F]]:
    """Take an excess from open charges, one after another."""
    removed = []
    for item, kind, amount in queue:
        part = min(max(excess, F(0)), amount)
        if part:
            removed.append((item, kind, part))
            excess -= part
    return removed


def money(value: F) -> str:
    """Two decimals."""
    whole = value * 100
    assert whole.denominator == 1
    return f"{int(whole) // 100}.{int(whole) % 100:02d}"
