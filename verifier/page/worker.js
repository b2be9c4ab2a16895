/* The verifier beside the page: a worker where the browser has one, else the same function in place. */

import { viewOf } from "../view.js";

export const inWorker = typeof document === "undefined";

async function bytesOf(file) {
  if (file.unreadable) throw new Error("the disk does not give it");
  return file instanceof Uint8Array ? file : new Uint8Array(await new Response(file).arrayBuffer());
}

async function answer(task) {
  const beside = {};
  let bytes;
  try {
    for (const [name, file] of Object.entries(task.beside)) beside[name] = await bytesOf(file);
    bytes = await bytesOf(task.file);
  } catch (error) {
    return failedView(task, "unreadable", error);
  }
  return viewOf({ ...task, bytes, beside });
}

const failedView = ({ name, now, rpc }, code, error) => ({ name, size: 0, now, node: rpc || "", result: "error", error: { code, message: String(error && error.message) } });

export function serve() {
  self.onmessage = async ({ data }) => {
    let view;
    try {
      view = await answer(data);
    } catch (error) {
      view = failedView(data, "internal", error);
    }
    self.postMessage({ id: data.id, view });
  };
}

/* A function from task to view, null where `stop` of it ended the work. */
export function makeVerifier() {
  const waiting = new Map();
  let worker = null;
  let next = 0;
  const end = () => {
    if (worker) worker.terminate();
    worker = null;
  };
  const settle = (id, view) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (one) one.resolve(view);
  };
  const begin = () => {
    const program = document.getElementById("program").textContent;
    const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
    worker = new Worker(address);
    worker.onmessage = ({ data }) => settle(data.id, data.view);
    worker.onerror = (event) => {
      end();
      for (const [id, { task }] of waiting) settle(id, failedView(task, "internal", event));
    };
  };
  const verify = (task) => {
    if (!worker) {
      try {
        begin();
      } catch (error) {
        return answer(task); // an old browser without workers from a file: the page waits while it verifies
      }
    }
    const id = ++next;
    return new Promise((resolve) => {
      waiting.set(id, { task, resolve });
      worker.postMessage({ ...task, id });
    });
  };
  verify.stop = () => {
    if (!waiting.size) return;
    end();
    for (const id of [...waiting.keys()]) settle(id, null);
  };
  return verify;
}
