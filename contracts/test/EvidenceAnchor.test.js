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

  it("takes what an ordinary wallet signs by EIP-712, and the witnesses' rotation of a stolen key", async () => {
    const { old_root: first, new_root: second, proof } = trueProof(7, 20);
    const rising = (await ethers.getSigners()).slice(2, 7).sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
    await anchor.anchor(logId, 7, hex(first), []);
    await anchor.enrolWitnesses(logId, rising.map((one) => one.address), 3);
    const { chainId } = await ethers.provider.getNetwork();
    const domain = { name: "ProofDocket EvidenceAnchor", version: "1", chainId, verifyingContract: anchor.target };
    const checkpoint = [["bytes32", "logId"], ["uint64", "size"], ["bytes32", "root"]];
    const rotation = [["bytes32", "logId"], ["address", "submitter"], ["uint64", "epoch"]];
    const fields = (list) => list.map(([type, name]) => ({ type, name }));
    const sign = (one, name, list, value) => one.signTypedData(domain, { [name]: fields(list) }, value);
    const value = { logId, size: 20, root: hex(second) };
    const made = await Promise.all(rising.slice(1, 4).map((one) => sign(one, "Checkpoint", checkpoint, value)));
    const receipt = await (await anchor.anchorAttested(logId, 20, hex(second), proof.map(hex), made)).wait();
    const attested = anchor.interface.parseLog(receipt.logs[1]);
    assert.deepEqual([attested.name, [...attested.args.signers]], ["Attested", rising.slice(1, 4).map((one) => one.address)]);
    console.log(`      gas of an anchor with ${proof.length} proof nodes and 3 of 5 signatures: ${receipt.gasUsed}`);
    const moved = { logId, submitter: stranger.address, epoch: 0 };
    const quorum = await Promise.all(rising.slice(0, 3).map((one) => sign(one, "SubmitterRotation", rotation, moved)));
    await anchor.connect(stranger).rotateSubmitter(logId, stranger.address, quorum);
    assert.equal(await anchor.submitterOf(logId), stranger.address);
    assert.equal(await anchor.registrantOf(logId), submitter.address);
    const replayed = await refusal(anchor, anchor.rotateSubmitter(logId, stranger.address, quorum));
    assert.ok(["NotWitness", "SignersNotRising"].includes(replayed[0]));
  });

  it("has no door for an owner: nothing but the published calls", () => {
    const calls = anchor.interface.fragments.filter((one) => one.type === "function").map((one) => one.name).sort();
    assert.deepEqual(calls, [
      "anchor", "anchorAttested", "enrolWitnesses", "epochOf", "head", "includes", "logIdOf", "nameSuccessor", "register",
      "registrantOf", "rootAt", "rotateSubmitter", "rotateWitnesses", "submitterOf", "successorOf", "witnessesOf",
    ]);
  });
});
