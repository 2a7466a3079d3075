// Fresh databases for the server under test.

import { randomUUID } from "node:crypto";
import { join } from "node:path";

import { run } from "./processes.mjs";

// engines are those there is a database for: PostgreSQL where
// PALIER_TEST_POSTGRES is the address of a server that lets us make databases.
const server = process.env.PALIER_TEST_POSTGRES;
export const engines = server ? ["sqlite", "postgres"] : ["sqlite"];

// open returns the address of an empty database, and how to be rid of it.
export async function open(engine, folder) {
  if (engine === "sqlite") return { address: `sqlite:${join(folder, "palier.db")}`, drop: async () => {} };
  const name = `palier_interop_${randomUUID().replaceAll("-", "")}`;
  await psql(`CREATE DATABASE ${name}`);
  return {
    address: server.replace(/^(postgres(?:ql)?:\/\/[^/]*)\/?[^?]*/, `$1/${name}`),
    drop: () => psql(`DROP DATABASE ${name} WITH (FORCE)`),
  };
}

const psql = (statement) => run("psql", [server, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--command", statement]);
