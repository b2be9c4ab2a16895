/* What was dropped or chosen: files of folders too, and what lies beside a proof, by its name. */

const BESIDE = [["leaf", ".leaf.json"], ["disclosures", ".disclosures.json"], ["material", ".material.json"]];

export async function filesOf(transfer) {
  const entries = [...(transfer.items || [])].map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/* What the disk does not give is shown as an error, not left out. */
const unreadable = (entry) => ({ name: entry.name, unreadable: true });

async function walk(entry, found) {
  if (entry.isFile) {
    found.push(await new Promise((resolve) => entry.file(resolve, () => resolve(unreadable(entry)))));
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve(null)));
    if (!some) found.push(unreadable(entry));
    if (!some || !some.length) return;
    for (const one of some) await walk(one, found);
  }
}

/* `{tasks, offered}`: inputs with what lies beside them, and files that look like trust files: none of these is used unasked,
 * because a party's folder may bring its own. */
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
  const offered = files.filter((one) => !used.has(one) && !one.unreadable && (/\.trust$/i.test(one.name) || /^trust.*\.json$/i.test(one.name)));
  for (const file of files) if (!used.has(file) && !offered.includes(file)) tasks.push({ name: file.name, file, beside: {} });
  return { tasks: tasks.sort((a, b) => (a.name < b.name ? -1 : 1)), offered };
}
