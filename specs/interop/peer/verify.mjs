// How a received request was signed, and whether that holds. Fedify itself is
// content with either a proof or an HTTP signature; here both are looked at.

import { detachSignature, verifyObject, verifyRequestDetailed } from "@fedify/fedify";
import { Activity } from "@fedify/vocab";

// verifySignature tells how the request was signed: {scheme, verified, keyId,
// algorithm, owner, reason}, scheme being rfc9421, draft-cavage or none. It
// holds only if the key belongs to actor.
export async function verifySignature(request, actor, loaders) {
  const scheme = request.headers.has("Signature-Input")
    ? "rfc9421"
    : request.headers.has("Signature")
      ? "draft-cavage"
      : "none";
  if (scheme === "none") return { scheme, verified: false, reason: "noSignature" };
  const result = await verifyRequestDetailed(request, loaders);
  if (!result.verified) {
    return { scheme, verified: false, keyId: result.reason.keyId?.href, reason: result.reason.type };
  }
  const owner = result.key.ownerId?.href;
  return {
    scheme,
    verified: owner === actor,
    keyId: result.key.id?.href,
    algorithm: result.key.publicKey.algorithm.name,
    owner,
    ...(owner === actor ? {} : { reason: "keyOfAnother" }),
  };
}

// verifyProof tells of the activity's own integrity proof: {present, verified,
// cryptosuite, verificationMethod}.
export async function verifyProof(activity, loaders) {
  const proof = [activity.proof ?? []].flat()[0];
  if (!proof) return { present: false, verified: false };
  let verified = false;
  let reason;
  try {
    // Fedify puts an old linked-data signature beside the proof it made before.
    verified = (await verifyObject(Activity, detachSignature(activity), loaders)) !== null;
  } catch (error) {
    reason = error.message;
  }
  return {
    present: true,
    verified,
    cryptosuite: proof.cryptosuite,
    verificationMethod: proof.verificationMethod,
    ...(reason ? { reason } : {}),
  };
}
