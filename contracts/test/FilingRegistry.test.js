/** FilingRegistry as a client meets it: a filer lodges, the court answers from its own address. */
const assert = require("node:assert/strict");
const { ethers } = require("hardhat");
const { refusal } = require("./refusal");

const DIGEST = `0x${"ab".repeat(32)}`;
const REASONS = `0x${"cd".repeat(32)}`;

describe("FilingRegistry", () => {
  let registry, filer, court, filingId;

  beforeEach(async () => {
    [filer, court] = await ethers.getSigners();
    registry = await ethers.deployContract("FilingRegistry");
    filingId = await registry.filingIdOf(DIGEST, court.address, filer.address);
    await registry.lodge(DIGEST, court.address);
  });

  it("keeps what was lodged and what the court answered", async () => {
    assert.deepEqual([...(await registry.filing(filingId))], [
      DIGEST, filer.address, court.address, 0n, ethers.ZeroHash,
    ]);
    await registry.connect(court).answer(filingId, 3, REASONS);
    assert.deepEqual([...(await registry.filing(filingId))], [DIGEST, filer.address, court.address, 3n, REASONS]);
  });

  it("refuses an answer by the filer itself", async () => {
    assert.deepEqual(await refusal(registry, registry.answer(filingId, 1, REASONS)), [
      "NotCourt", [filingId, filer.address, court.address],
    ]);
  });
});
