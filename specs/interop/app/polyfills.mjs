// What the library of the client program takes from newer versions of Node.js.

import { WebSocket } from "ws";

globalThis.WebSocket ??= WebSocket;
Promise.withResolvers ??= function () {
  let resolve, reject;
  const promise = new this((yes, no) => ([resolve, reject] = [yes, no]));
  return { promise, resolve, reject };
};
Symbol.dispose ??= Symbol("dispose");
