/* Repayment plans: what falls due when, of the contract and of agreements (docs/spec/debt.md, sections 5 and 7a). */

import { accrued, addMonths, monthsBetween, round } from "./money.js";

/* A plan from `start` on: `last`, `dueOf(no)`, `interestOf(balance, no)` and `principalOf(balance, no)`. */
export function planFrom({ start, firstDue, count, principal: p, rate, repayment, basis, firstNo }) {
  const between = monthsBetween(start, firstDue);
  const whole = between > 0 && addMonths(start, between) === firstDue ? between : 0;
  const month = (balance, months = 1) => round(balance * rate.n * BigInt(months), rate.d * 12n);
  const last = firstNo + count - 1;
  const dueOf = (no) => (whole ? addMonths(start, whole + no - firstNo) : addMonths(firstDue, no - firstNo));
  const first = (balance) => (whole ? month(balance, whole) : accrued(balance, rate, firstDue - start, basis));
  const share = equalSum(p, rate, BigInt(count), repayment);
  const principalOf = (balance, no) => {
    if (no === last) return balance;
    if (repayment === "interest_monthly") return 0n;
    const part = repayment === "equal_instalment" ? share - month(balance) : share;
    return part < 0n ? 0n : part > balance ? balance : part;
  };
  return { rate, repayment, last, dueOf, interestOf: (balance, no) => (no === firstNo ? first(balance) : month(balance)), principalOf };
}

/* The sum that each month repeats: A of equal instalments, else the share of principal. */
function equalSum(p, rate, n, repayment) {
  if (repayment !== "equal_instalment" || rate.n === 0n) return round(p, n);
  const step = { n: rate.n, d: rate.d * 12n };
  const [grown, whole] = [(step.d + step.n) ** n, step.d ** n];
  return round(p * step.n * grown, step.d * (grown - whole));
}

export function contractPlan(terms) {
  const bullet = terms.repayment === "bullet";
  return planFrom({
    start: terms.start, firstDue: addMonths(terms.start, bullet ? terms.months : 1), count: bullet ? 1 : terms.months,
    principal: terms.advanced, rate: terms.rate, repayment: terms.repayment, basis: terms.basis, firstNo: 1,
  });
}
