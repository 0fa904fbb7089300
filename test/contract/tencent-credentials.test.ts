import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import {
  credentialFromProfile,
  credentialOf,
  injectedUin,
  type Credential,
} from '../../shared/settings/tencent/credentials.ts';

const id = 'MADE-UP-ID';
const key = 'MADE-UP-KEY';
const token = 'MADE-UP-TOKEN';

describe('credentialOf', () => {
  const scf = { TENCENTCLOUD_SECRETID: id, TENCENTCLOUD_SECRETKEY: key };
  const own = { TENCENTCLOUD_SECRET_ID: 'OTHER-ID', TENCENTCLOUD_SECRET_KEY: 'OTHER-KEY' };
  const other = { secretId: 'OTHER-ID', secretKey: 'OTHER-KEY' };
  const cases: Record<
    string,
    [env: Record<string, string | undefined>, credential: Credential | undefined]
  > = {
    'takes the names that SCF injects': [
      { ...scf, TENCENTCLOUD_SESSIONTOKEN: token },
      { secretId: id, secretKey: key, token },
    ],
    'takes long-lived keys without a token': [scf, { secretId: id, secretKey: key }],
    'takes the names of the command line': [own, other],
    'takes TENCENTCLOUD_TOKEN': [
      { ...own, TENCENTCLOUD_TOKEN: token },
      { ...other, token },
    ],
    'takes TENCENTCLOUD_SESSION_TOKEN': [
      { ...own, TENCENTCLOUD_SESSION_TOKEN: token },
      { ...other, token },
    ],
    'takes TENCENTCLOUD_SECURITY_TOKEN': [
      { ...own, TENCENTCLOUD_SECURITY_TOKEN: token },
      { ...other, token },
    ],
    'passes over an empty token': [
      { ...own, TENCENTCLOUD_TOKEN: '', TENCENTCLOUD_SESSION_TOKEN: token },
      { ...other, token },
    ],
    'takes the names of SCF before others': [
      { ...own, ...scf },
      { secretId: id, secretKey: key },
    ],
    'mixes no names: a token of the command line is no token of SCF': [
      { ...scf, TENCENTCLOUD_TOKEN: token },
      { secretId: id, secretKey: key },
    ],
    'mixes no names: half of each is nothing': [
      { TENCENTCLOUD_SECRETID: id, TENCENTCLOUD_SECRET_KEY: key },
      undefined,
    ],
    'falls back where SCF gives half': [{ ...own, TENCENTCLOUD_SECRETID: id }, other],
    'leaves off the line breaks that copied keys bring along': [
      {
        TENCENTCLOUD_SECRETID: ` ${id}\n`,
        TENCENTCLOUD_SECRETKEY: `${key}\r\n`,
        TENCENTCLOUD_SESSIONTOKEN: `\t${token} `,
      },
      { secretId: id, secretKey: key, token },
    ],
    'takes white space for nothing': [
      { TENCENTCLOUD_SECRETID: ' ', TENCENTCLOUD_SECRETKEY: '\n' },
      undefined,
    ],
    'takes an id without a key for nothing': [{ TENCENTCLOUD_SECRET_ID: id }, undefined],
    'finds nothing in an empty environment': [{}, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [env, credential]) => {
    expect(credentialOf(env)).toEqual(credential);
  });

  it('reads the environment anew at every call', () => {
    const env: Record<string, string> = { ...scf };
    expect(credentialOf(env)?.secretKey).toBe(key);
    env['TENCENTCLOUD_SECRETKEY'] = 'NEXT-KEY';
    expect(credentialOf(env)?.secretKey).toBe('NEXT-KEY');
  });
});

describe('credentialFromProfile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tcss-audit-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });
  function written(text: string): string {
    const path = join(folder, 'credentials');
    writeFileSync(path, text);
    return path;
  }

  const cases: Record<string, [text: string, credential: Credential | undefined]> = {
    'reads the default section': [
      `[default]\nsecret_id = ${id}\nsecret_key = ${key}\n`,
      { secretId: id, secretKey: key },
    ],
    'reads a token': [
      `[default]\nsecret_id=${id}\nsecret_key=${key}\ntoken=${token}\n`,
      { secretId: id, secretKey: key, token },
    ],
    'reads Windows line ends and comments': [
      `; mine\r\n[default]\r\nsecret_id = ${id}\r\nsecret_key = ${key}\r\n`,
      { secretId: id, secretKey: key },
    ],
    'passes over other sections': [
      `[other]\nsecret_id = a\nsecret_key = b\n[default]\nsecret_id = ${id}\nsecret_key = ${key}\n`,
      { secretId: id, secretKey: key },
    ],
    'takes an empty token for none': [
      `[default]\nsecret_id = ${id}\nsecret_key = ${key}\ntoken =\n`,
      { secretId: id, secretKey: key },
    ],
    'finds nothing without a default section': [
      `secret_id = ${id}\nsecret_key = ${key}\n`,
      undefined,
    ],
    'finds nothing without a key': [`[default]\nsecret_id = ${id}\n`, undefined],
    'finds nothing where the key is true': [
      `[default]\nsecret_id = ${id}\nsecret_key\n`,
      undefined,
    ],
    'finds nothing in a list': [`[default]\nsecret_id[] = ${id}\nsecret_key = ${key}\n`, undefined],
    'finds nothing in an empty file': ['', undefined],
    'finds nothing in what is no profile': ['{"secret_id":"a"}', undefined],
    'finds nothing in a section of the prototype': ['[__proto__]\nsecret_id = a\n', undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [text, credential]) => {
    expect(credentialFromProfile(written(text))).toEqual(credential);
  });

  it('finds nothing where there is no file, or a folder', () => {
    mkdirSync(join(folder, 'folder'));
    expect(credentialFromProfile(join(folder, 'missing'))).toBeUndefined();
    expect(credentialFromProfile(join(folder, 'folder'))).toBeUndefined();
  });
});

describe('the own account’s uin', () => {
  const uin = '100000000001';
  const cases: Readonly<Record<string, readonly [Record<string, string>, string | undefined]>> = {
    'is what SCF injects with its credential': [
      { TENCENTCLOUD_SECRETID: id, TENCENTCLOUD_UIN: uin },
      uin,
    ],
    'is not what is left over beside a key of somebody’s own': [
      { TENCENTCLOUD_SECRET_ID: id, TENCENTCLOUD_UIN: uin },
      undefined,
    ],
    'is not what is left over beside an empty credential': [
      { TENCENTCLOUD_SECRETID: ' ', TENCENTCLOUD_UIN: uin },
      undefined,
    ],
    'is no other text': [
      { TENCENTCLOUD_SECRETID: id, TENCENTCLOUD_UIN: `${uin}, or so` },
      undefined,
    ],
    'is asked for where nobody injects it': [{ TENCENTCLOUD_SECRETID: id }, undefined],
  };
  it.each(Object.entries(cases))('%s', (_name, [env, expected]) => {
    expect(injectedUin(env)).toBe(expected);
  });
});
