/** Hardhat 2, offline: compiles with the npm `solc` package (wasm) instead of downloading a compiler. */
require("@nomicfoundation/hardhat-ethers");
const { subtask } = require("hardhat/config");
const { TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD } = require("hardhat/builtin-tasks/task-names");
const { SOLC_VERSION, SETTINGS } = require("./contracts/compiler.json");

subtask(TASK_COMPILE_SOLIDITY_GET_SOLC_BUILD, async (args) => {
  const installed = require("solc/package.json").version;
  if (args.solcVersion !== installed) {
    throw new Error(`hardhat wants solc ${args.solcVersion}, npm has ${installed}; run npm ci`);
  }
  const longVersion = require("solc").version().replace(".Emscripten.clang", "");
  return { compilerPath: require.resolve("solc/soljson.js"), isSolcJs: true, version: installed, longVersion };
});

module.exports = {
  solidity: { version: SOLC_VERSION, settings: SETTINGS },
  paths: {
    sources: "./contracts/src",
    tests: "./contracts/test",
    cache: "./cache/hardhat",
    artifacts: "./artifacts",
  },
  // Zero fees, as on the local chain and on consortium chains.
  networks: { hardhat: { chainId: Number(process.env.CHAIN_ID || 31337), hardfork: "cancun", initialBaseFeePerGas: 0, gasPrice: 0 } },
};
