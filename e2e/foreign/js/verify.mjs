// SPDX-License-Identifier: BSD-3-Clause
//
// Verifies one bundle with sigstore-js. The question is one JSON argument; the
// exit code is 0 for accepted, 42 for refused, anything else for not asked.
//
// sigstore-js compares neither the artifact's digest with a statement's
// subjects nor the predicate's type, and takes the signer's name as a regular
// expression: the first two are done here, the name is quoted.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { bundleFromJSON, ValidationError } from "@sigstore/bundle";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { PolicyError, toSignedEntity, toTrustMaterial, VerificationError, Verifier } from "@sigstore/verify";

class Refused extends Error {}

const question = JSON.parse(process.argv.at(-1));
const root = TrustedRoot.fromJSON(JSON.parse(readFileSync(question.trustedRoot, "utf8")));
const artifact = readFileSync(question.artifact);
const digest = createHash("sha256").update(artifact).digest("hex");

try {
  verify(readBundle());
  console.log("accepted");
} catch (e) {
  if (!(e instanceof VerificationError || e instanceof PolicyError || e instanceof ValidationError || e instanceof Refused)) {
    throw e;
  }
  console.error(`${e.name}: ${e.code ?? ""} ${e.message}`);
  process.exitCode = 42;
}

function readBundle() {
  const text = readFileSync(question.bundle, "utf8");
  let json;
  try {
    json = JSON.parse(text);
  } catch (e) {
    throw new Refused(`the bundle is not JSON: ${e.message}`);
  }
  return bundleFromJSON(json);
}

function verify(bundle) {
  const expected = question.predicateType === "" ? "messageSignature" : "dsseEnvelope";
  if (bundle.content.$case !== expected) {
    throw new Refused(`the bundle has a ${bundle.content.$case}, not a ${expected}`);
  }
  const logs = root.tlogs.length > 0 ? 1 : 0;
  const verifier = new Verifier(toTrustMaterial(root), {
    ctlogThreshold: root.ctlogs.length > 0 ? 1 : 0,
    tlogThreshold: logs,
    timestampThreshold: 1,
  });
  verifier.verify(toSignedEntity(bundle, artifact), {
    subjectAlternativeName: `^${question.identity.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`,
    extensions: { issuer: question.issuer },
    oids: [{ oid: { id: [1, 3, 6, 1, 4, 1, 57264, 1, 12] }, value: utf8String(`https://github.com/${question.repository}`) }],
  });
  if (expected === "messageSignature") {
    return; // it is over the artifact, which was given
  }
  const envelope = bundle.content.dsseEnvelope;
  if (envelope.payloadType !== "application/vnd.in-toto+json") {
    throw new Refused(`the payload is of type ${JSON.stringify(envelope.payloadType)}`);
  }
  const statement = JSON.parse(envelope.payload.toString("utf8"));
  if (statement.predicateType !== question.predicateType) {
    throw new Refused(`the predicate is of type ${JSON.stringify(statement.predicateType)}`);
  }
  if (!statement.subject.some((s) => s.digest.sha256 === digest)) {
    throw new Refused(`no subject has sha256 ${digest}`);
  }
}

// utf8String is the DER of a UTF8String of fewer than 128 bytes, or fewer than 256.
function utf8String(text) {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length > 255) {
    throw new Error(`encoding ${text}: it is too long`);
  }
  return Buffer.concat([Buffer.from(bytes.length < 128 ? [0x0c, bytes.length] : [0x0c, 0x81, bytes.length]), bytes]);
}
