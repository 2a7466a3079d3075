// The program under test: the one that PALIER_BINARY names, else built from the
// code around here, once.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { run } from "./processes.mjs";

const repository = fileURLToPath(new URL("../../..", import.meta.url));

let built;

// program resolves to the path of palier.
export function program() {
  built ??= process.env.PALIER_BINARY ? Promise.resolve(process.env.PALIER_BINARY) : build();
  return built;
}

async function build() {
  const path = join(folder("program"), "palier");
  await run("go", ["build", "-o", path, "./cmd/palier"], { cwd: repository, seconds: 600 });
  return path;
}

// folder makes a folder that goes when this process does.
export function folder(name) {
  const path = mkdtempSync(join(tmpdir(), `palier-interop-${name}-`));
  process.once("exit", () => rmSync(path, { recursive: true, force: true }));
  return path;
}
