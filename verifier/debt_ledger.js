/* A loan lived through day by day: what falls due, grows, is paid, is agreed anew (docs/spec/debt.md, sections 4 to 7a). */

import { restructure } from "./debt_agreement.js";
import { contractPlan } from "./debt_plan.js";
import { accrued, round } from "./money.js";

/* The ledger, day by day to the cut-off. */
export class Ledger {
  constructor(terms) {
    Object.assign(this, { terms, plan: contractPlan(terms), penaltyRate: terms.penaltyRate, lines: [], costs: [], undue: 0n, next: 1 });
    Object.assign(this, { lastDue: terms.start, waiting: 0n, moves: [], prepaid: [], agreed: [] });
    this.move(terms.start, null, terms.advanced);
  }

  /* From the disbursement to the cut-off, each day on which something falls due, is owed, comes or is agreed. */
  run() {
    const { terms } = this;
    const days = new Set([...terms.payments, ...terms.costs, ...terms.agreements].map((one) => one.day));
    if (terms.accelerates !== null && terms.accelerates <= terms.cutoff) days.add(terms.accelerates);
    const fixed = [...days].sort((a, b) => a - b);
    for (;;) {
      const due = this.undue > 0n && this.next <= this.plan.last ? this.plan.dueOf(this.next) : Infinity;
      const day = Math.min(due, fixed.length ? fixed[0] : Infinity);
      if (day > terms.cutoff) break;
      if (fixed[0] === day) fixed.shift();
      this.live(day);
    }
    for (const line of this.lines) for (const kind of ["penalty", "compound"]) this.closeKind(line, kind, terms.cutoff);
    return this;
  }

  live(day) {
    const { terms } = this;
    const before = this.lines.length + this.costs.length;
    this.costs.push(...terms.costs.filter((one) => one.day === day));
    if (this.undue > 0n && this.next <= this.plan.last && this.plan.dueOf(this.next) === day) this.fallDue(day);
    if (this.undue > 0n && terms.accelerates === day) this.accelerate(day);
    const paid = terms.payments.filter((one) => one.day === day);
    if (paid.length || this.lines.length + this.costs.length > before) this.receive(day, paid);
    const agreement = terms.agreements.find((one) => one.day === day);
    if (agreement) {
      restructure(this, agreement);
      this.receive(day, []);
    }
  }

  receive(day, paid) {
    const { terms } = this;
    const mayPrepay = (one) => (one.prepay === undefined ? terms.prepay : one.prepay);
    const marked = paid.filter(mayPrepay).reduce((sum, one) => sum + one.cents, terms.prepay ? this.waiting : 0n);
    const left = this.apply(day, paid.reduce((sum, one) => sum + one.cents, this.waiting));
    this.waiting = left - this.prepay(day, left < marked ? left : marked);
  }

  /* Outstanding principal that came to a line (or, null, to what is not yet due) on a day, or left it. */
  move(day, line, amount) {
    if (amount === 0n) return;
    this.moves.push({ day, line, amount });
    if (line) line.principal += amount;
    else this.undue += amount;
  }

  fallDue(day) {
    const interest = this.plan.interestOf(this.undue, this.next);
    this.addLine(String(this.next), day, this.plan.principalOf(this.undue, this.next), interest);
    this.next += 1;
    this.lastDue = day;
  }

  /* In-term interest of what is not yet due, for the days since the last due date. */
  broken(day) {
    return accrued(this.undue, this.plan.rate, day - this.lastDue, this.terms.basis);
  }

  accelerate(day) {
    this.addLine("accelerated", day, this.undue, this.broken(day));
  }

  addLine(item, due, principal, interest) {
    const none = { n: 0n, d: 1n };
    const late = (rate) => ({ from: due, rate, closed: [], paid: 0n, moved: 0n, waived: 0n });
    const line = { item, due, principal: 0n, interest, charged: { principal, interest }, waived: 0n };
    Object.assign(line, { penalty: late(this.penaltyRate), compound: late(this.terms.compounds ? this.penaltyRate : none) });
    this.lines.push(line);
    this.move(due, null, -principal);
    this.move(due, line, principal);
    return line;
  }

  /* Ends the running stretch of a kind, because its base changes or the cut-off is reached. */
  closeKind(line, kind, day) {
    const late = line[kind];
    const base = kind === "penalty" ? line.principal : line.interest;
    const days = day - late.from;
    if (days <= 0) return;
    if (base > 0n && late.rate.n > 0n) late.closed.push({ base, days, amount: accrued(base, late.rate, days, this.terms.basis) });
    late.from = day;
  }

  /* What of a kind is open on `day`, the running stretch included. */
  open(line, kind, day) {
    if (kind === "principal" || kind === "interest") return line[kind];
    const { from, rate, closed, paid, moved, waived } = line[kind];
    const running = accrued(kind === "penalty" ? line.principal : line.interest, rate, Math.max(day - from, 0), this.terms.basis);
    return closed.reduce((sum, one) => sum + one.amount, running) - paid - moved - waived;
  }

  /* Pays what is open in the order of the contract or the law; returns what is left. */
  apply(day, money) {
    const { kinds, order } = this.terms.allocation;
    const others = kinds.filter((kind) => kind !== "costs");
    const payCosts = () => this.costs.forEach((one) => (money = this.payCost(one, money)));
    const payLine = (line, kind) => (money = this.payLine(line, kind, day, money));
    if (order === "by_kind") {
      for (const kind of kinds) {
        if (kind === "costs") payCosts();
        else for (const line of this.lines) payLine(line, kind);
      }
      return money;
    }
    const first = kinds.indexOf("costs") < kinds.indexOf("principal");
    if (first) payCosts();
    for (const line of this.lines) for (const kind of others) payLine(line, kind);
    if (!first) payCosts();
    return money;
  }

  payCost(cost, money) {
    const amount = money < cost.open ? money : cost.open;
    cost.open -= amount;
    return money - amount;
  }

  payLine(line, kind, day, money) {
    const open = this.open(line, kind, day);
    const amount = money < open ? money : open;
    if (amount === 0n) return money;
    if (kind === "penalty" || kind === "compound") {
      line[kind].paid += amount;
      return money - amount;
    }
    this.closeKind(line, kind === "principal" ? "penalty" : "compound", day);
    if (kind === "principal") this.move(day, line, -amount);
    else line.interest -= amount;
    return money - amount;
  }

  /* Principal that is not yet due, with its interest since the last due date (Civil Code 677); returns what it took. */
  prepay(day, money) {
    if (money <= 0n || this.undue === 0n) return 0n;
    const { basis } = this.terms;
    const { rate } = this.plan;
    const days = day - this.lastDue;
    const d = rate.d * BigInt(basis);
    let x = round(money * d, d + rate.n * BigInt(days));
    if (x > this.undue) x = this.undue;
    if (x + accrued(x, rate, days, basis) > money) x -= 1n;
    if (x <= 0n) return 0n;
    const interest = accrued(x, rate, days, basis);
    this.move(day, null, -x);
    this.prepaid.push({ day, principal: x, interest });
    return x + interest;
  }
}
