/** EvidenceAnchor as a client meets it: names, events and errors by their ABI, and what an anchor costs. */
const assert = require("node:assert/strict");
const { ethers } = require("hardhat");
const { refusal } = require("./refusal");
const { cases } = require("../../tests/vectors/merkle/consistency.json");

const ORIGIN = "proofdocket.example/log";
const KEY = `0x${"01".repeat(32)}`;
const hex = (digits) => `0x${digits}`;
const trueProof = (m, n) => cases.find((one) => one.valid && one.old_size === m && one.new_size === n);

describe("EvidenceAnchor", () => {
  let anchor, submitter, stranger, logId;

  beforeEach(async () => {
    [submitter, stranger] = await ethers.getSigners();
    anchor = await ethers.deployContract("EvidenceAnchor");
    logId = await anchor.logIdOf(ORIGIN, KEY, submitter.address);
    await anchor.register(ORIGIN, KEY);
  });

  it("names a log by keccak256 of tag, origin, key, chain, contract and submitter", async () => {
    const { chainId } = await ethers.provider.getNetwork();
    const encoded = ethers.AbiCoder.defaultAbiCoder().encode(
      ["string", "bytes32", "bytes32", "uint256", "address", "address"],
      ["proofdocket/log/v1", ethers.id(ORIGIN), ethers.keccak256(KEY), chainId, anchor.target, submitter.address],
    );
    assert.equal(logId, ethers.keccak256(encoded));
  });

  it("anchors, says so, keeps the history and stays under 120,000 gas", async () => {
    const { old_root: first, new_root: second, proof } = trueProof(7, 20);
    await anchor.anchor(logId, 7, hex(first), []);
    const receipt = await (await anchor.anchor(logId, 20, hex(second), proof.map(hex))).wait();
    const event = anchor.interface.parseLog(receipt.logs[0]);
    assert.equal(event.name, "Anchored");
    assert.deepEqual([...event.args], [logId, 20n, hex(second), 7n]);
    assert.deepEqual([...(await anchor.head(logId))], [20n, hex(second)]);
    assert.equal(await anchor.rootAt(logId, 7), hex(first));
    assert.equal(await anchor.rootAt(logId, 8), ethers.ZeroHash);
    console.log(`      gas of an anchor with ${proof.length} proof nodes: ${receipt.gasUsed}`);
    assert.ok(receipt.gasUsed < 120_000n);
  });

  it("refuses with errors that carry the values", async () => {
    const { old_root: first, new_root: second, proof } = trueProof(7, 20);
    await anchor.anchor(logId, 7, hex(first), []);
    const nodes = proof.map(hex);
    assert.deepEqual(await refusal(anchor, anchor.anchor(logId, 7, hex(second), nodes)), ["NotGrowing", [logId, 7n, 7n]]);
    assert.deepEqual(await refusal(anchor, anchor.connect(stranger).anchor(logId, 20, hex(second), nodes)), [
      "NotSubmitter", [logId, stranger.address, submitter.address],
    ]);
    assert.deepEqual(await refusal(anchor, anchor.anchor(logId, 20, hex(second), nodes.slice(1))), [
      "Inconsistent", [logId, 7n, hex(first), 20n, hex(second)],
    ]);
    assert.deepEqual(await refusal(anchor, anchor.register(ORIGIN, KEY)), ["AlreadyRegistered", [logId]]);
    assert.deepEqual(await refusal(anchor, anchor.register(ORIGIN, "0x01")), ["InvalidLogKey", [1n]]);
  });

  it("has no door for an owner: nothing but the published calls", () => {
    const calls = anchor.interface.fragments.filter((one) => one.type === "function").map((one) => one.name).sort();
    assert.deepEqual(calls, ["anchor", "head", "includes", "logIdOf", "register", "rootAt", "submitterOf"]);
  });
});
