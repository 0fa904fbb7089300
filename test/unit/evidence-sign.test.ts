import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import {
  isSignedBy,
  parsePublicKey,
  parseSigningKey,
  payloadType,
  sha256,
} from '../../shared/evidence/sign.ts';
import {
  bytesOf,
  present,
  publicKey,
  publicKeyPem,
  signer,
  signingKeyPem,
} from '../support/log.ts';

const payload = bytesOf('{"hello":"世界"}');

/** By the specification, not by our code: https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
function pae(type: string, body: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${String(Buffer.byteLength(type))} ${type} ${String(body.length)} `),
    body,
  ]);
}

function pemOf(pair: ReturnType<typeof generateKeyPairSync>): readonly [string, string] {
  return [
    pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  ];
}

const foreign = generateKeyPairSync('ed25519');
const [foreignPem] = pemOf(foreign);

it('checks itself against the example of the specification', () => {
  expect(pae('http://example.com/HelloWorld', bytesOf('hello world')).toString()).toBe(
    'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
  );
});

it('signs the pre-authentication encoding, which node:crypto verifies without our code', () => {
  const { sig } = signer.sign(payload);
  const message = pae('application/vnd.in-toto+json', payload);
  expect(verify(null, message, publicKey.key, Buffer.from(sig, 'base64'))).toBe(true);
  expect(Buffer.from(sig, 'base64')).toHaveLength(64);
});

it('takes what node:crypto signed without our code', () => {
  const { privateKey, publicKey: key } = foreign;
  const sig = sign(null, pae(payloadType, payload), privateKey).toString('base64');
  expect(isSignedBy(payload, [{ keyid: '', sig }], [{ keyid: '', key }])).toBe(true);
});

it('names the key by the hex SHA-256 of its SPKI DER', () => {
  const der = Buffer.from(/-\n(.+)\n-/.exec(publicKeyPem)?.[1] ?? '', 'base64');
  const keyid = createHash('sha256').update(der).digest('hex');
  expect(der).toHaveLength(44);
  expect([signer.keyid, publicKey.keyid, signer.sign(payload).keyid]).toEqual([
    keyid,
    keyid,
    keyid,
  ]);
  expect(keyid).toBe('873203e7ea487e452eb012a16aa190083ee2298bb7a60be1c17890feed83612d');
});

it('hashes text as UTF-8', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('世界')).toBe(sha256(bytesOf('世界')));
});

const signingKeys: Record<string, string> = {
  PEM: signingKeyPem,
  'PEM in base64': Buffer.from(signingKeyPem).toString('base64'),
  'PEM in base64 with line breaks': Buffer.from(signingKeyPem)
    .toString('base64')
    .replace(/.{60}/g, '$&\n'),
  'PEM with Windows line ends': signingKeyPem.replaceAll('\n', '\r\n'),
};
it.each(Object.entries(signingKeys))('reads a private key as %s', (_name, text) => {
  expect(present(parseSigningKey(text)).sign(payload)).toEqual(signer.sign(payload));
});

const publicKeys: Record<string, string> = {
  PEM: publicKeyPem,
  'PEM in base64': Buffer.from(publicKeyPem).toString('base64'),
};
it.each(Object.entries(publicKeys))('reads a public key as %s', (_name, text) => {
  expect(present(parsePublicKey(text)).keyid).toBe(signer.keyid);
});

const [rsaPrivate, rsaPublic] = pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }));
const [ecPrivate] = pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }));
const [x25519Private] = pemOf(generateKeyPairSync('x25519'));
const [ed448Private] = pemOf(generateKeyPairSync('ed448'));
const notPrivate: Record<string, string> = {
  'an RSA key': rsaPrivate,
  'a P-256 key': ecPrivate,
  'an X25519 key': x25519Private,
  'an Ed448 key': ed448Private,
  'a public key': publicKeyPem,
  'an encrypted key': foreign.privateKey
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString(),
  'half a key': signingKeyPem.slice(0, 160),
  'base64 of something else': Buffer.from('hello').toString('base64'),
  garbage: '-----BEGIN PRIVATE KEY-----\ngarbage\n-----END PRIVATE KEY-----',
  nothing: '',
};
it.each(Object.entries(notPrivate))('takes %s for no signing key', (_name, text) => {
  expect(parseSigningKey(text)).toBeUndefined();
});

const notPublic: Record<string, string> = {
  'an RSA key': rsaPublic,
  'a private key, though it holds the public one': signingKeyPem,
  'the same in base64': Buffer.from(signingKeyPem).toString('base64'),
  garbage: 'garbage',
  nothing: '',
};
it.each(Object.entries(notPublic))('takes %s for no public key', (_name, text) => {
  expect(parsePublicKey(text)).toBeUndefined();
});

const good = signer.sign(payload);
const other = present(parseSigningKey(foreignPem)).sign(payload);
const signatures: Record<string, readonly [readonly (typeof good)[], boolean]> = {
  'the signature of the key': [[good], true],
  'the signature of the key, twice': [[good, good], true],
  "a good signature beside another key's": [[other, good], false],
  'a good signature beside garbage': [[good, { keyid: good.keyid, sig: 'AAAA' }], false],
  "a good signature under another key's id": [[{ ...good, keyid: other.keyid }], false],
  'a good signature under an id that is none': [[{ ...good, keyid: 'other' }], false],
  'no signature at all': [[], false],
  'the signature of another key': [[other], false],
  "another key's signature under this key's id": [[{ ...other, keyid: good.keyid }], false],
  'an empty signature': [[{ ...good, sig: '' }], false],
  'a signature that is not base64': [[{ ...good, sig: '!!!!' }], false],
  'half a signature': [[{ ...good, sig: good.sig.slice(0, 44) }], false],
  'a signature with a byte more': [
    [{ ...good, sig: Buffer.from(good.sig, 'base64').toString('hex') }],
    false,
  ],
};
it.each(Object.entries(signatures))('judges %s', (_name, [given, expected]) => {
  expect(isSignedBy(payload, given, [publicKey])).toBe(expected);
});

it('trusts nobody when no key is given', () => {
  expect(isSignedBy(payload, [good], [])).toBe(false);
});

it('takes the signature of any of several keys', () => {
  const trusted = [{ keyid: other.keyid, key: foreign.publicKey }, publicKey];
  expect(isSignedBy(payload, [good], trusted)).toBe(true);
  expect(isSignedBy(payload, [other], trusted)).toBe(true);
  expect(isSignedBy(payload, [other, good], trusted)).toBe(true);
  // Each under its own id.
  const swapped = [
    { ...good, keyid: other.keyid },
    { ...other, keyid: good.keyid },
  ];
  expect(isSignedBy(payload, swapped, trusted)).toBe(false);
});

it('law: a signature holds for its payload and for no other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.uint8Array({ maxLength: 200 }), (a, b) => {
      const made = [signer.sign(a)];
      expect(isSignedBy(a, made, [publicKey])).toBe(true);
      expect(isSignedBy(b, made, [publicKey])).toBe(Buffer.compare(a, b) === 0);
    }),
  );
});

it('law: no text whatever breaks the reading of keys and signatures', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseSigningKey(text)).toBeUndefined();
      expect(parsePublicKey(text)).toBeUndefined();
      expect(isSignedBy(payload, [{ keyid: text, sig: text }], [publicKey])).toBe(false);
    }),
  );
});
