// Programs that a test starts, and that do not outlive it: each is a process
// group of its own, and whatever is left of any goes when the test's process
// does.

import { spawn } from "node:child_process";
import { once } from "node:events";

const running = new Set();

process.on("exit", () => running.forEach(kill));
for (const [signal, number] of [["SIGHUP", 1], ["SIGINT", 2], ["SIGTERM", 15]]) {
  process.once(signal, () => process.exit(128 + number));
}

// start starts a program that knows nothing of the settings of this one. told
// is what it printed so far; ended resolves at its end to {code, signal, error};
// says waits until it has printed a text.
export function start(program, args, options = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("PALIER")));
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true, env, ...options });
  running.add(child);
  const told = { out: "", error: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (told.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (told.error += text));
  const ended = new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: -1, error }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  }).finally(() => running.delete(child));
  const says = async (text, seconds) => {
    const late = AbortSignal.timeout(seconds * 1000);
    const over = ended.then(({ code, signal }) => Promise.reject(new Error(`${program} ended: ${signal ?? code}`)));
    over.catch(() => {}); // once it has said so, its end is for others to judge
    while (!told.out.includes(text)) await Promise.race([once(child.stdout, "data", { signal: late }), over]);
  };
  return { child, told, ended, says, kill: () => kill(child) };
}

// run starts a program, waits for its end, and returns what it printed.
export async function run(program, args, { seconds = 60, ...options } = {}) {
  const { told, ended, kill } = start(program, args, options);
  const late = setTimeout(kill, seconds * 1000);
  const { code, signal, error } = await ended;
  clearTimeout(late);
  if (code === 0) return told.out;
  throw error ?? new Error(`${program} ${args.join(" ")}: ${signal ?? code}\n${told.error}`);
}

function kill(child) {
  if (!child.pid) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error; // it was faster
  }
}
