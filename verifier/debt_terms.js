/* The inputs of a claim, read strictly (docs/spec/debt.md, sections 2 and 7a). What is out of form is refused. */

import { Fault, must } from "./fault.js";
import { asArray, isObject, isText, isWhole } from "./json.js";
import { parseDay, parseMoney, parseRate } from "./money.js";

const KINDS = ["costs", "penalty", "compound", "interest", "principal"];
const REPAYMENT = ["equal_instalment", "equal_principal", "bullet", "interest_monthly"];
const OPTIONAL = { payments: [], prepay: false, acceleration: null, allocation: null, costs: [], deducted_upfront: "0.00", restructuring: [] };
const REQUIRED = [
  "currency", "principal", "disbursed_on", "cutoff", "annual_rate", "penalty_rate", "term_months", "repayment", "compound", "day_count", "cap",
];
const AGREED = ["on", "first_due", "instalments", "annual_rate", "penalty_rate", "repayment", "principal", "arrears"];

export function readTerms(input) {
  must(isObject(input), "the input is not an object");
  for (const name of Object.keys(input)) must(REQUIRED.includes(name) || name in OPTIONAL, "an input that is not known here: " + name);
  for (const name of REQUIRED) must(name in input, "an input is missing: " + name);
  const value = { ...OPTIONAL, ...input };
  must(value.currency === "CNY" && REPAYMENT.includes(value.repayment) && isWhole(value.term_months, 1), "terms");
  must([360, 365].includes(value.day_count) && typeof value.compound === "boolean" && isObject(value.cap), "terms");
  const start = parseDay(value.disbursed_on, "disbursed_on");
  const cutoff = parseDay(value.cutoff, "cutoff");
  const lists = [value.payments, value.costs, value.restructuring];
  must(lists.every((list) => asArray(list, "payments").length <= 5000), "more than 5000 payments, costs or agreements");
  must(start <= cutoff && value.term_months <= 600 && ["global", "per_line", "none"].includes(value.cap.method), "terms");
  const accelerates = value.acceleration ? parseDay(value.acceleration.effective_on, "acceleration") : null;
  return {
    start, cutoff, accelerates, basis: value.day_count, compounds: value.compound, repayment: value.repayment, months: value.term_months, prepay: value.prepay,
    advanced: parseMoney(value.principal, "principal") - parseMoney(value.deducted_upfront, "deducted_upfront"),
    rate: parseRate(value.annual_rate, "annual_rate"), penaltyRate: parseRate(value.penalty_rate, "penalty_rate"),
    cap: { rate: parseRate(value.cap.annual, "cap"), method: value.cap.method },
    payments: dated(value.payments, "payments").filter((one) => one.day <= cutoff),
    costs: orderedCosts(dated(value.costs, "costs").filter((one) => one.day <= cutoff)),
    agreements: readAgreements(value, start, accelerates).filter((one) => one.day <= cutoff),
    allocation: readAllocation(value.allocation),
  };
}

const dated = (list, name) => list.map((one) => must(isObject(one), name) || ({ ...one, day: parseDay(one.on, name), cents: parseMoney(one.amount, name) }));

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

/* Agreements on new terms, in order of their days; what an agreement does not name is null. */
function readAgreements(value, start, accelerates) {
  const agreements = value.restructuring.map(readAgreement).sort((a, b) => a.day - b.day);
  let { repayment } = value;
  for (const [n, one] of agreements.entries()) {
    must(one.day >= start && one.day !== accelerates, "the day of an agreement");
    must(n === 0 || agreements[n - 1].day < one.day, "two agreements of one day");
    repayment = one.repayment || repayment;
    must(repayment !== "bullet" || one.instalments === 1, "a bullet loan is paid back at once");
  }
  return agreements;
}

function readAgreement(one) {
  must(isObject(one) && Object.keys(one).every((name) => AGREED.includes(name)), "an agreement");
  const arrears = one.arrears === undefined ? {} : one.arrears;
  must(isObject(arrears), "arrears");
  for (const [kind, how] of Object.entries(arrears)) {
    must(["interest", "penalty", "compound"].includes(kind) && ["capitalised", "waived", "carried"].includes(how), "arrears");
  }
  const given = (name, parse) => (isText(one[name]) ? parse(one[name], name) : one[name] === undefined || one[name] === null ? null : refuse(name));
  const [day, firstDue] = [parseDay(one.on, "an agreement"), parseDay(one.first_due, "first_due")];
  must(firstDue > day && isWhole(one.instalments, 1) && one.instalments <= 600, "an agreement");
  const repayment = given("repayment", (text) => (REPAYMENT.includes(text) ? text : refuse("repayment")));
  return {
    day, firstDue, instalments: one.instalments, arrears, repayment,
    rate: given("annual_rate", parseRate), penaltyRate: given("penalty_rate", parseRate), principal: given("principal", parseMoney),
  };
}

function refuse(name) {
  throw new Fault(name);
}
