/** What a contract said when it refused: the name and the values of its custom error, by its ABI. */
module.exports.refusal = async function refusal(contract, call) {
  try {
    await call;
  } catch (error) {
    const data = error.data?.data ?? error.data;
    if (typeof data !== "string") throw error;
    const { name, args } = contract.interface.parseError(data);
    return [name, [...args]];
  }
  return null;
};
