/** Our records by the eyes of others: DSSE as sigstore writes and verifies it, the in-toto Statement by its spec. */
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';

import { bundleFromJSON } from '@sigstore/bundle';
import { crypto as foreignCrypto, dsse } from '@sigstore/core';
import { toSignedEntity, toTrustMaterial, Verifier } from '@sigstore/verify';
import fc from 'fast-check';
import { expect, it } from 'vitest';

import { keyOf } from '../../shared/evidence/record.ts';
import { isSignedBy, payloadType } from '../../shared/evidence/sign.ts';
import {
  buildLog,
  publicKey,
  signer,
  signingKeyPem,
  textOf,
  type Envelope,
  type OpenStore,
} from '../support/log.ts';

const privateKey: KeyObject = createPrivateKey(signingKeyPem);
const derOf = (): Buffer => publicKey.key.export({ type: 'spki', format: 'der' });
const theirKey = foreignCrypto.createPublicKey(derOf().toString('base64'));
const payloads = fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes));

it('law: sigstore accepts what we sign', () => {
  fc.assert(
    fc.property(payloads, (payload) => {
      const { sig } = signer.sign(payload);
      const encoded = dsse.preAuthEncoding(payloadType, payload);
      expect(foreignCrypto.verify(encoded, theirKey, Buffer.from(sig, 'base64'))).toBe(true);
    }),
  );
});

it('law: we accept what is signed over the encoding of sigstore, and nothing else', () => {
  fc.assert(
    fc.property(payloads, payloads, (payload, another) => {
      const sig = sign(null, dsse.preAuthEncoding(payloadType, payload), privateKey);
      const signatures = [{ keyid: publicKey.keyid, sig: sig.toString('base64') }];
      expect(isSignedBy(payload, signatures, [publicKey])).toBe(true);
      expect(isSignedBy(another, signatures, [publicKey])).toBe(payload.equals(another));
    }),
  );
});

const recordIn = (store: OpenStore, seq: number) =>
  JSON.parse(textOf(store, keyOf(seq))) as Envelope;

/** sigstore's own verifier, with our public key as its trust and no transparency log. */
function verifyAsBundle({ payload, payloadType: type, signatures }: Envelope): void {
  const bundle = bundleFromJSON({
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: { publicKey: { hint: signatures[0]?.keyid ?? '' }, tlogEntries: [] },
    dsseEnvelope: { payload, payloadType: type, signatures: signatures.map((one) => ({ ...one })) },
  });
  const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const trust = toTrustMaterial({ mediaType: '', ...nobody }, (hint) => {
    if (hint !== publicKey.keyid) throw new Error(`no key ${hint}`);
    return { publicKey: theirKey, validFor: () => true };
  });
  const verifier = new Verifier(trust, {
    tlogThreshold: 0,
    ctlogThreshold: 0,
    timestampThreshold: 0,
  });
  verifier.verify(toSignedEntity(bundle));
}

it('every record passes the verifier of sigstore', async () => {
  const store = await buildLog();
  for (const seq of [1, 2, 3, 4, 5]) {
    expect(() => {
      verifyAsBundle(recordIn(store, seq));
    }).not.toThrow();
  }
});

it('an edited record does not', async () => {
  const envelope = recordIn(await buildLog(), 1);
  const text = Buffer.from(envelope.payload, 'base64').toString().replace('"fail"', '"pass"');
  const edited = { ...envelope, payload: Buffer.from(text).toString('base64') };
  expect(() => {
    verifyAsBundle(edited);
  }).toThrow('signature verification failed');
});

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md and its ResourceDescriptor */
it('every payload is an in-toto Statement v1', async () => {
  const store = await buildLog();
  for (const seq of [1, 2, 3, 4, 5]) {
    const { payload } = recordIn(store, seq);
    const statement = JSON.parse(Buffer.from(payload, 'base64').toString()) as {
      readonly subject: readonly { readonly name: string }[];
    };
    expect(statement).toEqual({
      _type: 'https://in-toto.io/Statement/v1',
      subject: expect.any(Array) as unknown,
      // A TypeURI, by RFC 3986: a scheme, and no fragment needed.
      predicateType: expect.stringMatching(/^urn:tcss-audit:(run|delivery):v1$/) as unknown,
      predicate: expect.any(Object) as unknown,
    });
    const names = statement.subject.map(({ name }) => name);
    expect(names.length).toBeGreaterThan(0);
    expect(new Set(names).size).toBe(names.length);
    for (const subject of statement.subject) {
      expect(subject).toEqual({
        name: expect.stringMatching(/./) as unknown,
        digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown },
      });
    }
  }
});
