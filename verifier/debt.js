/* The claim of a loan, computed from the ledger's inputs (docs/spec/debt.md, sections 2 to 9). Agreements on new terms
 * (section 7a) and judgments (section 13) are not computed here; such inputs are refused. */

import { applyCaps } from "./debt_caps.js";
import { Fault, must } from "./fault.js";
import { asArray, isObject, isText, isWhole } from "./json.js";
import { accrued, addMonths, dayText, lower, moneyText, parseDay, parseMoney, parseRate, round } from "./money.js";

const KINDS = ["costs", "penalty", "compound", "interest", "principal"];
const REPAYMENT = ["equal_instalment", "equal_principal", "bullet", "interest_monthly"];
const OPTIONAL = { payments: [], prepay: false, acceleration: null, allocation: null, costs: [], deducted_upfront: "0.00", restructuring: [] };
const REQUIRED = [
  "currency", "principal", "disbursed_on", "cutoff", "annual_rate", "penalty_rate", "term_months", "repayment", "compound", "day_count", "cap",
];

function readTerms(input) {
  must(isObject(input), "the input is not an object");
  for (const name of Object.keys(input)) must(REQUIRED.includes(name) || name in OPTIONAL, "an input that is not known here: " + name);
  for (const name of REQUIRED) must(name in input, "an input is missing: " + name);
  const value = { ...OPTIONAL, ...input };
  must(asArray(value.restructuring, "restructuring").length === 0, "agreements on new terms");
  must(value.currency === "CNY" && REPAYMENT.includes(value.repayment) && isWhole(value.term_months, 1), "terms");
  must([360, 365].includes(value.day_count) && typeof value.compound === "boolean" && isObject(value.cap), "terms");
  const start = parseDay(value.disbursed_on, "disbursed_on");
  const cutoff = parseDay(value.cutoff, "cutoff");
  must([value.payments, value.costs].every((list) => asArray(list, "payments").length <= 5000), "more than 5000 payments");
  must(start <= cutoff && value.term_months <= 600 && ["global", "per_line", "none"].includes(value.cap.method), "terms");
  const dated = (list, name) => asArray(list, name).map((one) => must(isObject(one), name) || ({ ...one, day: parseDay(one.on, name), cents: parseMoney(one.amount, name) }));
  return {
    start, cutoff, basis: value.day_count, compounds: value.compound, repayment: value.repayment, months: value.term_months, prepay: value.prepay,
    advanced: parseMoney(value.principal, "principal") - parseMoney(value.deducted_upfront, "deducted_upfront"),
    rate: parseRate(value.annual_rate, "annual_rate"), penaltyRate: parseRate(value.penalty_rate, "penalty_rate"),
    cap: { rate: parseRate(value.cap.annual, "cap"), method: value.cap.method },
    payments: dated(value.payments, "payments").filter((one) => one.day <= cutoff),
    costs: orderedCosts(dated(value.costs, "costs").filter((one) => one.day <= cutoff)),
    accelerates: value.acceleration ? parseDay(value.acceleration.effective_on, "acceleration") : null,
    allocation: readAllocation(value.allocation),
  };
}

function orderedCosts(costs) {
  costs.sort((a, b) => a.day - b.day || (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : Number(a.cents - b.cents)));
  return costs.map((one, n) => ({ item: "costs-" + (n + 1), kind: one.kind, day: one.day, amount: one.cents, open: one.cents }));
}

function readAllocation(value) {
  if (value === null) return { kinds: KINDS, order: "by_kind" };
  must(isObject(value) && asArray(value.kinds, "kinds").length === 5 && KINDS.every((kind) => value.kinds.includes(kind)), "allocation");
  must(["by_instalment", "by_kind"].includes(value.order), "allocation");
  return value;
}

/* The instalment of the plan: its principal from the balance, the interest and its number. */
function planOf(terms) {
  const { advanced: p, rate, months, repayment } = terms;
  const step = { n: rate.n, d: rate.d * 12n };
  const n = BigInt(months);
  let equal = round(p, n);
  if (repayment === "equal_instalment" && rate.n > 0n) {
    const [grown, whole] = [(step.d + step.n) ** n, step.d ** n];
    equal = round(p * step.n * grown, step.d * (grown - whole));
  }
  const count = repayment === "bullet" ? 1 : months;
  const interestOf = (balance) => round(balance * step.n * (repayment === "bullet" ? n : 1n), step.d);
  const principalOf = (balance, interest, number) => {
    if (number === count) return balance;
    if (repayment === "interest_monthly") return 0n;
    const share = repayment === "equal_instalment" ? equal - interest : equal;
    return share < 0n ? 0n : share > balance ? balance : share;
  };
  const dueOf = (number) => addMonths(terms.start, repayment === "bullet" ? months : number);
  return { count, interestOf, principalOf, dueOf };
}

/* The ledger, day by day to the cut-off. */
class Ledger {
  constructor(terms) {
    Object.assign(this, { terms, plan: planOf(terms), lines: [], costs: [], undue: terms.advanced, next: 1, lastDue: terms.start });
    Object.assign(this, { waiting: 0n, reductions: [], prepaid: [] });
  }

  run() {
    const { terms } = this;
    const days = new Set([...terms.payments, ...terms.costs].map((one) => one.day));
    for (let n = 1; n <= this.plan.count && this.plan.dueOf(n) <= terms.cutoff; n++) days.add(this.plan.dueOf(n));
    if (terms.accelerates !== null && terms.accelerates <= terms.cutoff) days.add(terms.accelerates);
    for (const day of [...days].sort((a, b) => a - b)) this.live(day);
    for (const line of this.lines) this.close(line, terms.cutoff, true);
    return this;
  }

  live(day) {
    const { terms, plan } = this;
    this.costs.push(...terms.costs.filter((one) => one.day === day));
    if (this.undue > 0n && this.next <= plan.count && plan.dueOf(this.next) === day) this.fallDue(day);
    if (this.undue > 0n && terms.accelerates === day) this.accelerate(day);
    const paid = terms.payments.filter((one) => one.day === day);
    const mayPrepay = (one) => (one.prepay === undefined ? terms.prepay : one.prepay);
    const marked = paid.filter(mayPrepay).reduce((sum, one) => sum + one.cents, terms.prepay ? this.waiting : 0n);
    const money = paid.reduce((sum, one) => sum + one.cents, this.waiting);
    const left = this.apply(day, money);
    this.waiting = left - this.prepay(day, left < marked ? left : marked);
  }

  fallDue(day) {
    const interest = this.plan.interestOf(this.undue);
    const principal = this.plan.principalOf(this.undue, interest, this.next);
    this.addLine(String(this.next), day, principal, interest);
    this.undue -= principal;
    this.next += 1;
    this.lastDue = day;
  }

  accelerate(day) {
    const interest = accrued(this.undue, this.terms.rate, day - this.lastDue, this.terms.basis);
    this.addLine("accelerated", day, this.undue, interest);
    this.undue = 0n;
  }

  addLine(item, due, principal, interest) {
    const stretch = () => ({ from: due, closed: [] });
    const charged = { principal, interest };
    this.lines.push({ item, due, principal, interest, charged, paid: { penalty: 0n, compound: 0n }, penalty: stretch(), compound: stretch() });
  }

  /* The sum of a line's penalty or compound up to `day`, the running stretch included. */
  grown(line, kind, day) {
    const { terms } = this;
    if (kind === "compound" && !terms.compounds) return 0n;
    const base = kind === "penalty" ? line.principal : line.interest;
    const running = accrued(base, terms.penaltyRate, day - line[kind].from, terms.basis);
    return line[kind].closed.reduce((sum, one) => sum + one.amount, running);
  }

  /* Ends the running stretch of a kind, because its base changes or the cut-off is reached. */
  closeKind(line, kind, day) {
    const { terms } = this;
    const base = kind === "penalty" ? line.principal : line.interest;
    const days = day - line[kind].from;
    if (days > 0 && base > 0n && (kind === "penalty" || terms.compounds)) {
      line[kind].closed.push({ base, days, amount: accrued(base, terms.penaltyRate, days, terms.basis) });
    }
    line[kind].from = day;
  }

  close(line, day) {
    this.closeKind(line, "penalty", day);
    this.closeKind(line, "compound", day);
  }

  open(line, kind, day) {
    return kind === "principal" || kind === "interest" ? line[kind] : this.grown(line, kind, day) - line.paid[kind];
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
      line.paid[kind] += amount;
      return money - amount;
    }
    this.closeKind(line, kind === "principal" ? "penalty" : "compound", day);
    line[kind] -= amount;
    if (kind === "principal") this.reductions.push({ day, amount, due: line.due });
    return money - amount;
  }

  /* Principal that is not yet due, with its interest since the last due date (Civil Code 677); returns what it took. */
  prepay(day, money) {
    if (money <= 0n || this.undue === 0n) return 0n;
    const { rate, basis } = this.terms;
    const days = day - this.lastDue;
    const d = rate.d * BigInt(basis);
    let x = round(money * d, d + rate.n * BigInt(days));
    if (x > this.undue) x = this.undue;
    if (x + accrued(x, rate, days, basis) > money) x -= 1n;
    if (x <= 0n) return 0n;
    const interest = accrued(x, rate, days, basis);
    this.undue -= x;
    this.prepaid.push({ day, principal: x, interest });
    return x + interest;
  }
}

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0n);

/* The claim as in section 12, of its figures those that a reader compares. */
export function computeClaim(input) {
  if (isObject(input) && "judgment" in input) throw new Fault("a judgment");
  const terms = readTerms(input);
  must(!isText(input.cap && input.cap.method) || terms.advanced > 0n, "principal");
  const ledger = new Ledger(terms).run();
  const lines = ledger.lines.map((line) => {
    const grown = (kind) => line[kind].closed.reduce((total, one) => total + one.amount, 0n);
    const charged = { ...line.charged, penalty: grown("penalty"), compound: grown("compound") };
    const open = {
      principal: line.principal, interest: line.interest, penalty: charged.penalty - line.paid.penalty, compound: charged.compound - line.paid.compound,
    };
    return { item: line.item, due: line.due, charged, open, stretches: line.penalty.closed };
  });
  const binds = applyCaps(terms, ledger, lines);
  const shown = lines.filter((line) => line.wasOpen);
  const total = (kind) => sum(lines, (line) => line.open[kind]);
  const costs = sum(ledger.costs, (one) => one.open);
  const principal = total("principal");
  const { method, rate } = terms.cap;
  const perDiem = method === "per_line" || (method === "global" && binds) ? lower(terms.penaltyRate, rate) : terms.penaltyRate;
  const whole = principal + total("interest") + total("penalty") + total("compound") + costs;
  return {
    principal: moneyText(principal), interest: moneyText(total("interest")), penalty: moneyText(total("penalty")),
    compound: moneyText(total("compound")), costs: moneyText(costs), total: moneyText(whole),
    per_diem: moneyText(accrued(principal, perDiem, 1, terms.basis)),
    lines: shown.map(({ item, due, open }) => ({
      item, due: dayText(due), principal: moneyText(open.principal), interest: moneyText(open.interest),
      penalty: moneyText(open.penalty), compound: moneyText(open.compound),
    })),
  };
}
