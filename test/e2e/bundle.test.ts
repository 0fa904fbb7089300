/** What is deployed: small, without a compiler, with one copy of everything. `npm test` builds it first. */
import { readdirSync, readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { zipOf } from '../support/zip.ts';

const bytes = readFileSync('dist/audit/index.js');
const text = bytes.toString('utf8');
const occurrences = (needle: string) => text.split(needle).length - 1;

it.each(['audit', 'watchdog'])('fits the budget of the deployed zip: %s', (name) => {
  expect(zipOf(`dist/${name}`).length).toBeLessThanOrEqual(250_000);
});

it('holds no ajv and compiles nothing', () => {
  // What ajv's compiler and its meta schemas cannot do without; a failure must not print the bundle.
  for (const mark of ['new Function(', 'jsonSchema', 'json-schema.org/draft']) {
    expect(occurrences(mark), mark).toBe(0);
  }
});

it("holds one copy of the SDK's common part", () => {
  expect(occurrences('SDK_NODEJS_')).toBe(1);
  expect(occurrences('/tc3_request')).toBe(occurrences('TC3-HMAC-SHA256 Credential=') * 2);
});

it('holds nothing of what the stand-ins replace', () => {
  // Each mark stands in one of them: tr46, mime-db, bignumber.js.
  for (const mark of ['xn--', 'application/vnd.ms-', 'BigNumber Error']) {
    expect(occurrences(mark), mark).toBe(0);
  }
});

it('is plain ASCII, which the engine reads faster', () => {
  const foreign = Array.from(text).filter((character) => character > '\u007f');
  expect(foreign.slice(0, 5)).toEqual([]);
});

const cos = readFileSync('dist/audit/cos.js', 'utf8');

it("keeps COS's client, which only a bucket needs, in a file of its own", () => {
  expect(occurrences('q-sign-algorithm')).toBe(0);
  expect(cos.split('q-sign-algorithm').length).toBeGreaterThan(1);
  expect(text).toContain('"./cos.js"');
});

it('keeps what reads secrets, which only a reference to one needs, in a file of its own', () => {
  const secrets = readFileSync('dist/audit/secrets.js', 'utf8');
  expect(occurrences('SecretBinary')).toBe(0);
  expect(secrets.split('SecretBinary').length).toBeGreaterThan(1);
  expect(text).toContain('"./secrets.js"');
});

it("holds nothing of what COS's client drags in, nor its retries that nobody hears of", () => {
  // Marks of mime-db, tough-cookie, the list of public suffixes, and of the header that marks a retry.
  for (const mark of ['application/vnd.ms-', 'tough-cookie', 'xn--', 'x-cos-sdk-retry']) {
    expect(cos.split(mark).length - 1, mark).toBe(0);
  }
});

describe('the watchdog', () => {
  const watchdog = readFileSync('dist/watchdog/index.js', 'utf8');
  const count = (needle: string) => watchdog.split(needle).length - 1;

  it('is one file', () => {
    expect(readdirSync('dist/watchdog')).toEqual(['index.js']);
  });

  it("holds no policy, no ajv, one copy of the SDK's common part, and nothing that stand-ins replace", () => {
    const marks = ['new Function(', 'jsonSchema', 'image-scan-enabled', 'xn--', 'BigNumber Error'];
    for (const mark of [...marks, 'application/vnd.ms-', 'x-cos-sdk-retry']) {
      expect(count(mark), mark).toBe(0);
    }
    expect(count('SDK_NODEJS_')).toBe(1);
  });
});
