/**
 * DSSE envelopes with Ed25519. https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
 * What is signed is the payload's bytes, never a re-serialization of them.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

export const payloadType = 'application/vnd.in-toto+json';

export interface Signature {
  /** Hex SHA-256 of the public key's SPKI DER; a hint, no proof. */
  readonly keyid: string;
  readonly sig: string;
}

export interface Signer {
  readonly keyid: string;
  sign(payload: Uint8Array): Signature;
}

export interface TrustedKey {
  readonly keyid: string;
  readonly key: KeyObject;
}

/** Hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/**
 * @param text PKCS#8 PEM, or the PEM in base64 (environment variables hold no line breaks well)
 * @returns undefined when it is no Ed25519 private key
 */
export function parseSigningKey(text: string): Signer | undefined {
  const key = tryKey(() => createPrivateKey(pemOf(text)));
  if (key?.asymmetricKeyType !== 'ed25519') return undefined;
  const { keyid } = trust(createPublicKey(key));
  return {
    keyid,
    sign: (payload) => ({
      keyid,
      sig: sign(null, preAuthEncoding(payload), key).toString('base64'),
    }),
  };
}

/** @returns undefined when it is no Ed25519 public key in PEM */
export function parsePublicKey(text: string): TrustedKey | undefined {
  // createPublicKey would take a private key too: whoever hands us one should hear of it.
  const pem = pemOf(text);
  if (pem.includes('PRIVATE KEY')) return undefined;
  const key = tryKey(() => createPublicKey(pem));
  return key?.asymmetricKeyType === 'ed25519' ? trust(key) : undefined;
}

/** Whether there is a signature, and each of them is one of a trusted key under that key's own id. */
export function isSignedBy(
  payload: Uint8Array,
  signatures: readonly Signature[],
  keys: readonly TrustedKey[],
): boolean {
  const message = preAuthEncoding(payload);
  return (
    signatures.length > 0 &&
    signatures.every(({ keyid, sig }) => {
      const trusted = keys.find((key) => key.keyid === keyid);
      return (
        trusted !== undefined && verify(null, message, trusted.key, Buffer.from(sig, 'base64'))
      );
    })
  );
}

/** "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body, lengths in bytes. */
function preAuthEncoding(payload: Uint8Array): Buffer {
  const start = `DSSEv1 ${String(payloadType.length)} ${payloadType} ${String(payload.length)} `;
  return Buffer.concat([Buffer.from(start), payload]);
}

function trust(key: KeyObject): TrustedKey {
  return { keyid: sha256(key.export({ type: 'spki', format: 'der' })), key };
}

function pemOf(text: string): string {
  return text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString('utf8');
}

function tryKey(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
