/* What was dropped or chosen: files of folders too, and what lies beside a proof, by its name. */

const BESIDE = [["leaf", ".leaf.json"], ["disclosures", ".disclosures.json"], ["material", ".material.json"]];

export async function filesOf(transfer) {
  const entries = [...(transfer.items || [])].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

async function walk(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const one of some) await walk(one, found);
  }
}

/* `{tasks, trust}`: inputs with what lies beside them, and a trust file if one was among them. */
export function sortFiles(files) {
  const byName = new Map(files.map((file) => [file.name, file]));
  const used = new Set();
  const tasks = [];
  for (const file of files.filter((one) => /\.tlog-proof$/i.test(one.name))) {
    const beside = {};
    for (const [name, end] of BESIDE) {
      const other = byName.get(file.name.replace(/\.tlog-proof$/i, end));
      if (other) {
        beside[name] = other;
        used.add(other);
      }
    }
    used.add(file);
    tasks.push({ name: file.name, file, beside });
  }
  const trust = files.find((one) => /\.trust$/i.test(one.name) || /^trust.*\.json$/i.test(one.name)) || null;
  for (const file of files) if (!used.has(file) && file !== trust) tasks.push({ name: file.name, file, beside: {} });
  return { tasks: tasks.sort((a, b) => (a.name < b.name ? -1 : 1)), trust };
}
