/* (8) Anchor on the pinned chain: from the enclosed block header and receipt, and, where the reader names a node, from that. */

import { proveAnchor } from "../anchor.js";
import { same } from "../bytes.js";
import { Fault } from "../fault.js";
import { finding, outcome } from "../findings.js";
import { instantText } from "../instant.js";
import { PACKAGE } from "../subject.js";
import { askNode } from "../node.js";

export const ANCHOR = "data/log/anchor.json";

/* `{result, anchor}`: the outcome, and `{time, grade, chainId}` where it passed. `node` is null offline. */
export async function checkAnchored(subject, context, node) {
  const checkpoint = context.checkpoints[0];
  const reached = Boolean(checkpoint) && (subject.kind === "proof" || Boolean(subject.metadata));
  const findings = [];
  let passed = null;
  if (reached || checkpoint) {
    const claim = subject.metadata ? subject.metadata.chain : null;
    const found = await anchorOf(subject.material.anchor || null, claim, checkpoint, context, node);
    findings.push(found.finding);
    passed = found.anchor || null;
  }
  const result = outcome(8, findings, reached, () => null);
  return { result, anchor: result.state === "passed" ? passed : null };
}

const only = (one) => ({ finding: one });

async function anchorOf(material, claim, checkpoint, context, node) {
  let shown = null;
  if (material) {
    const [failure, found] = shownBy(material, claim, checkpoint);
    if (failure) return only(failure);
    shown = found;
  }
  if (context.standing) return only(context.standing());
  const log = context.trust.logs.find((one) => one.origin === checkpoint.origin);
  if (!log) return only(finding("not-reached"));
  const { chains } = context.trust;
  const contradiction = claim && contradicts(claim, chains, log);
  if (contradiction) return only(finding("chain-not-pinned", { member: PACKAGE, field: contradiction }));
  const pinned = chains.filter((chain) => !claim || (chain.contract === claim.contract && chain.chain_id === claim.chain_id));
  if (shown && chains.length && !pinned.some((chain) => chain.contract === shown.contract)) {
    return only(finding("chain-not-pinned", { member: ANCHOR, field: "anchor.contract" }));
  }
  if (shown && chains.length && log.log_ids.length && !log.log_ids.includes(shown.logId)) {
    return only(finding("chain-not-pinned", { member: ANCHOR, field: "anchor.log_id" }));
  }
  const usable = shown ? pinned.filter((chain) => chain.contract === shown.contract) : pinned;
  const inBlock = shown && log.log_ids.length && pinnedBlock(shown, usable);
  if (inBlock) return inBlock;
  if (!node) {
    if (!shown || !usable.length || !log.log_ids.length) return only(finding("offline"));
    return only(finding("anchor-unconfirmed", {}, { block: shown.number, hash: shown.hash }));
  }
  if (!pinned.length) return only(finding("no-chain-pinned"));
  if (!log.log_ids.length) return only(finding("log-id-not-pinned"));
  const wanted = shown ? shown.logId : claim ? claim.log_id : null;
  const logIds = wanted ? [wanted] : [...log.log_ids].reverse();
  return askNode(node, { chains: usable, logIds, log, claim, shown, checkpoint });
}

/* What the material shows, or the failure: it must be of this checkpoint, in the block that the claim names. */
function shownBy(material, claim, checkpoint) {
  let shown;
  try {
    shown = proveAnchor(material);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [finding("anchor-proof-invalid", { member: ANCHOR }, { detail: error.message }), null];
  }
  const field = shown.size !== checkpoint.size ? "size"
    : claim && BigInt(claim.block) !== shown.number ? "chain.block"
      : !same(shown.root, checkpoint.root) ? "root" : null;
  return field ? [finding("anchor-proof-other", { member: ANCHOR, field }), null] : [null, shown];
}

function contradicts(claim, chains, log) {
  if (!chains.length) return null;
  const onChain = chains.filter((chain) => chain.chain_id === claim.chain_id);
  if (!onChain.length) return "chain.chain_id";
  const chain = onChain.find((one) => one.contract === claim.contract);
  if (!chain) return "chain.contract";
  if (chain.genesis !== claim.genesis) return "chain.genesis";
  if (chain.code_hash !== claim.code_hash) return "chain.code_hash";
  return log.log_ids.length && !log.log_ids.includes(claim.log_id) ? "chain.log_id" : null;
}

function pinnedBlock(shown, chains) {
  const blocks = chains.flatMap((chain) => chain.blocks.filter((block) => BigInt(block.number) === shown.number).map((block) => [chain, block]));
  if (!blocks.length) return null;
  const good = blocks.find(([, block]) => block.hash === shown.hash);
  if (!good) return only(finding("block-hash-mismatch", { member: ANCHOR }, { block: shown.number, hash: shown.hash }));
  const [chain] = good;
  const code = chain.grade === "self-run" ? "anchored-in-pinned-block-self-run" : "anchored-in-pinned-block";
  const told = { chain_id: chain.chain_id, block: shown.number, time: instantText(shown.time), grade: chain.grade };
  return { finding: finding(code, {}, told), anchor: { time: shown.time, grade: chain.grade, chainId: chain.chain_id } };
}
