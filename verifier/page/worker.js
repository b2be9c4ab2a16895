/* The verifier beside the page: a worker where the browser has one, else the same function in place. */

import { viewOf } from "../view.js";

export const inWorker = typeof document === "undefined";

async function bytesOf(file) {
  return file instanceof Uint8Array ? file : new Uint8Array(await new Response(file).arrayBuffer());
}

async function answer(task) {
  const beside = {};
  for (const [name, file] of Object.entries(task.beside)) beside[name] = await bytesOf(file);
  return viewOf({ ...task, bytes: await bytesOf(task.file), beside });
}

export function serve() {
  self.onmessage = async ({ data }) => self.postMessage({ id: data.id, view: await answer(data) });
}

/* A function from task to view. */
export function makeVerifier() {
  let worker = null;
  try {
    const program = document.getElementById("program").textContent;
    worker = new Worker(URL.createObjectURL(new Blob([program], { type: "text/javascript" })));
  } catch (error) {
    return answer; // an old browser without workers from a file: the page waits while it verifies
  }
  const waiting = new Map();
  let broken = false;
  worker.onmessage = ({ data }) => {
    waiting.get(data.id).resolve(data.view);
    waiting.delete(data.id);
  };
  worker.onerror = () => {
    broken = true;
    for (const { task, resolve } of waiting.values()) answer(task).then(resolve);
    waiting.clear();
  };
  let next = 0;
  return (task) => {
    if (broken) return answer(task);
    const id = ++next;
    return new Promise((resolve) => {
      waiting.set(id, { task, resolve });
      worker.postMessage({ ...task, id });
    });
  };
}
