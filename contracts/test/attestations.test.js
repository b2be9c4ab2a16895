/** Attestations on the EVM, from the vector file that Python reads too: the contract stands where the vectors say. */
const assert = require("node:assert/strict");
const { ethers, network } = require("hardhat");
const { refusal } = require("./refusal");
const vectors = require("../../tests/vectors/anchor/attestations.json");

const said = (kind) => vectors.statements.find((one) => one.statement === kind);
const QUORUM = 2;

describe("attestation vectors", () => {
  let anchor;

  beforeEach(async () => {
    await network.provider.send("hardhat_reset");
    const somewhere = await ethers.deployContract("EvidenceAnchor");
    const code = await ethers.provider.getCode(somewhere.target);
    await network.provider.send("hardhat_setCode", [vectors.contract, code]);
    anchor = await ethers.getContractAt("EvidenceAnchor", vectors.contract);
    await anchor.register(vectors.origin, vectors.log_key);
    assert.equal(await anchor.registrantOf(vectors.log_id), vectors.registrant);
    await anchor.anchor(vectors.log_id, vectors.old.size, vectors.old.root, []);
    await anchor.enrolWitnesses(vectors.log_id, vectors.witnesses, QUORUM);
  });

  it("anchor what the witnesses attested, by any quorum and by all", async () => {
    const { message, signatures } = said("Checkpoint");
    const call = (made) => anchor.anchorAttested.staticCall(message.logId, message.size, message.root, vectors.proof, made);
    for (const made of [signatures, signatures.slice(0, 2), signatures.slice(1), [signatures[0], signatures[2]]]) {
      assert.equal(await refusal(anchor, call(made)), null);
    }
    assert.deepEqual(await refusal(anchor, call(signatures.slice(0, 1))), ["BelowThreshold", [vectors.log_id, 1n, 2n]]);
    assert.equal((await refusal(anchor, call([...signatures].reverse())))[0], "SignersNotRising");
    assert.notEqual(await refusal(anchor, call(said("Succession").signatures)), null);
  });

  it("rotate the submitter", async () => {
    const { message, signatures } = said("SubmitterRotation");
    await anchor.rotateSubmitter(message.logId, message.submitter, signatures.slice(0, 2));
    assert.equal(await anchor.submitterOf(message.logId), message.submitter);
  });

  it("replace the witnesses", async () => {
    const { message, signatures } = said("WitnessRotation");
    await anchor.rotateWitnesses(message.logId, message.witnesses, message.threshold, signatures.slice(1));
    const { witnesses, threshold } = await anchor.witnessesOf(message.logId);
    assert.deepEqual([[...witnesses], threshold], [message.witnesses, 1n]);
  });

  it("name the successor", async () => {
    const { message, signatures } = said("Succession");
    await anchor.register(vectors.origin, `0x${"02".repeat(32)}`);
    await anchor.nameSuccessor(message.logId, message.successorId, signatures);
    assert.equal(await anchor.successorOf(message.logId), message.successorId);
  });
});
