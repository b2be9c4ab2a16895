/** Consistency proofs on the EVM, from the vector file that Python reads too. */
const assert = require("node:assert/strict");
const { ethers } = require("hardhat");
const { refusal } = require("./refusal");
const { cases } = require("../../tests/vectors/merkle/consistency.json");

const ORIGIN = "vectors.example/log";
const hex = (digits) => `0x${digits}`;

describe("consistency vectors", () => {
  let registrations = 0;
  let anchor;

  before(async () => {
    anchor = await ethers.deployContract("EvidenceAnchor");
  });

  /** A new log that stands at the case's old head. */
  async function logAt(size, root) {
    const key = ethers.zeroPadValue(ethers.toBeHex(++registrations), 32);
    const [submitter] = await ethers.getSigners();
    const logId = await anchor.logIdOf(ORIGIN, key, submitter.address);
    await anchor.register(ORIGIN, key);
    await anchor.anchor(logId, size, hex(root), []);
    return logId;
  }

  it("has cases of both kinds", () => {
    assert.ok(cases.filter((one) => one.valid).length >= 190);
    assert.ok(cases.filter((one) => !one.valid).length >= 2000);
  });

  it("are accepted or refused as the file says", async function () {
    this.timeout(300_000);
    const logs = new Map();
    for (const one of cases) {
      if (one.old_size === 0) continue; // the first anchor extends nothing: EvidenceAnchor.t.sol
      const place = `${one.old_size}/${one.old_root}`;
      if (!logs.has(place)) logs.set(place, await logAt(one.old_size, one.old_root));
      const call = anchor.anchor.staticCall(
        logs.get(place), one.new_size, hex(one.new_root), one.proof.map(hex),
      );
      const refused = await refusal(anchor, call);
      const expected = one.valid ? null : one.new_size > one.old_size ? "Inconsistent" : "NotGrowing";
      assert.equal(refused?.[0] ?? null, expected, `${one.old_size} -> ${one.new_size}: ${one.why}`);
    }
  });
});
