/* An agreement on new terms: what becomes of all that is open, and the new plan (docs/spec/debt.md, section 7a). */

import { planFrom } from "./debt_plan.js";
import { must } from "./fault.js";
import { dayText, moneyText } from "./money.js";

const LATE = ["interest", "penalty", "compound"];

export function restructure(ledger, agreement) {
  const { day } = agreement;
  const broken = ledger.broken(day);
  const item = "restructured-" + (ledger.agreed.length + 1);
  let capitalised = 0n;
  const treat = (line) => {
    for (const kind of LATE) capitalised += treatKind(ledger, line, kind, agreement);
    for (const kind of ["penalty", "compound"]) {
      ledger.closeKind(line, kind, day);
      line[kind].rate = { n: 0n, d: 1n }; // nothing grows on these lines any more
    }
  };
  ledger.lines.forEach(treat);
  if (broken > 0n) treat(ledger.addLine(item, day, 0n, broken));
  for (const line of ledger.lines) {
    const rest = line.principal;
    ledger.move(day, line, -rest);
    ledger.move(day, null, rest);
  }
  ledger.move(day, null, capitalised);
  beginPlan(ledger, agreement);
}

/* What is open of one kind becomes principal (returned), is owed no more, or stays owed where it is. */
function treatKind(ledger, line, kind, { day, arrears }) {
  const amount = ledger.open(line, kind, day);
  if (amount === 0n) return 0n;
  const how = arrears[kind];
  must(how, `an agreement of ${dayText(day)} that does not say what becomes of ${moneyText(amount)} of ${kind}`);
  if (how === "carried") return 0n;
  if (kind === "interest") {
    ledger.closeKind(line, "compound", day);
    line.interest -= amount;
    if (how === "waived") line.waived += amount;
  } else {
    line[kind][how === "waived" ? "waived" : "moved"] += amount;
  }
  return how === "capitalised" ? amount : 0n;
}

function beginPlan(ledger, agreement) {
  const { day, firstDue, instalments, principal } = agreement;
  const r = ledger.undue;
  must(r > 0n, "an agreement on a loan of which nothing is lent any more");
  must(principal === null || principal === r, "an agreement with another principal than " + moneyText(r));
  ledger.penaltyRate = agreement.penaltyRate || ledger.penaltyRate;
  ledger.lastDue = day;
  ledger.plan = planFrom({
    start: day, firstDue, count: instalments, principal: r, rate: agreement.rate || ledger.plan.rate,
    repayment: agreement.repayment || ledger.plan.repayment, basis: ledger.terms.basis, firstNo: ledger.next,
  });
  ledger.agreed.push(day);
}
