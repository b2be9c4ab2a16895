/* The claim of a loan, computed from the ledger's inputs (docs/spec/debt.md, sections 2 to 9). */

import { applyCaps } from "./debt_caps.js";
import { Ledger } from "./debt_ledger.js";
import { readTerms } from "./debt_terms.js";
import { must } from "./fault.js";
import { accrued, dayText, lower, moneyText } from "./money.js";

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0n);

/* The claim as in section 12, of its figures those that a reader compares. */
export function computeClaim(input) {
  const terms = readTerms(input);
  must(terms.advanced > 0n, "principal");
  const ledger = new Ledger(terms).run();
  const lines = ledger.lines.map((line) => ({ item: line.item, due: line.due, ...standing(line) }));
  const binds = applyCaps(terms, ledger, lines);
  const shown = lines.filter((line) => line.wasOpen);
  const total = (kind) => sum(lines, (line) => line.open[kind]);
  const costs = sum(ledger.costs, (one) => one.open);
  const principal = total("principal");
  const { method, rate } = terms.cap;
  const own = ledger.penaltyRate;
  const perDiem = method === "per_line" || (method === "global" && binds) ? lower(own, rate) : own;
  const whole = principal + total("interest") + total("penalty") + total("compound") + costs;
  return {
    principal: moneyText(principal), interest: moneyText(total("interest")), penalty: moneyText(total("penalty")),
    compound: moneyText(total("compound")), costs: moneyText(costs), total: moneyText(whole),
    per_diem: moneyText(accrued(principal, perDiem, 1, terms.basis)), undue_principal: moneyText(ledger.undue),
    lines: shown.map(({ item, due, open }) => ({
      item, due: dayText(due), principal: moneyText(open.principal), interest: moneyText(open.interest),
      penalty: moneyText(open.penalty), compound: moneyText(open.compound),
    })),
  };
}

/* What a line charged (without what was waived) and what of it is open at the cut-off. */
function standing(line) {
  const grown = (kind) => sum(line[kind].closed, (one) => one.amount);
  const left = (kind) => grown(kind) - line[kind].paid - line[kind].moved - line[kind].waived;
  return {
    charged: { interest: line.charged.interest - line.waived, penalty: grown("penalty") - line.penalty.waived, compound: grown("compound") - line.compound.waived },
    open: { principal: line.principal, interest: line.interest, penalty: left("penalty"), compound: left("compound") },
    stretches: line.penalty.closed, line,
  };
}
