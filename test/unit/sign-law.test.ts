import fc from 'fast-check';
import { expect, it } from 'vitest';

import { isSignedBy, parsePublicKey, parseSigningKey } from '../../shared/evidence/sign.ts';
import { bytesOf, publicKey } from '../support/log.ts';

const payload = bytesOf('{"hello":"世界"}');

it('law: no text whatever breaks the reading of keys and signatures', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(parseSigningKey(text)).toBeUndefined();
      expect(parsePublicKey(text)).toBeUndefined();
      expect(isSignedBy(payload, [{ keyid: text, sig: text }], [publicKey])).toBe(false);
    }),
  );
});
