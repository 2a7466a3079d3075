// A button that asks this device for a key: a new one, or one it holds.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { Accept: "application/json", "Content-Type": "application/json" }, body });
  if (!answer.ok) {
    throw new Error(answer.status);
  }
  return answer.json();
}

const known = (list) => (list ?? []).map((c) => ({ ...c, id: bytes(c.id) }));

async function create() {
  const { publicKey } = await post("/settings/passkeys/begin");
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.user.id = bytes(publicKey.user.id);
  publicKey.excludeCredentials = known(publicKey.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey });
  const r = made.response;
  return { path: "/settings/passkeys", made, response: { attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] } };
}

async function ask() {
  const { publicKey } = await post("/signin/passkey/begin");
  publicKey.challenge = bytes(publicKey.challenge);
  publicKey.allowCredentials = known(publicKey.allowCredentials);
  const made = await navigator.credentials.get({ publicKey });
  const r = made.response;
  return { path: "/signin/passkey", made, response: { authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : "" } };
}

export function enhance(box) {
  if (!window.PublicKeyCredential) {
    return;
  }
  const button = box.querySelector("button");
  const failed = box.querySelector("[role=status]");
  box.querySelector("[data-without]").hidden = true;
  button.hidden = false;
  button.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const { path, made, response } = await (box.dataset.passkey === "new" ? create() : ask());
      response.clientDataJSON = text(made.response.clientDataJSON);
      const answer = { id: made.id, rawId: text(made.rawId), type: made.type, authenticatorAttachment: made.authenticatorAttachment, clientExtensionResults: made.getClientExtensionResults(), response };
      const { to } = await post(path + "?to=" + encodeURIComponent(box.dataset.to), JSON.stringify(answer));
      location.assign(to);
    } catch {
      failed.hidden = false;
    }
  });
}
