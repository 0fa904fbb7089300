/** What we publish as made up must hold nothing real. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

const forbidden: Readonly<Record<string, RegExp>> = {
  'a Tencent key': /\bAKID[A-Za-z0-9]{8,}/g,
  'a mobile number of China': /(?<![\dA-Za-z])1[3-9]\d{9}(?![\dA-Za-z])/g,
  'an international phone number': /\+\d{1,3}[ -]?\d[\d -]{6,}\d/g,
  'an e-mail address': /[\w.+-]+@[\w-]+\.[A-Za-z]{2,}/g,
};

function found(text: string): readonly string[] {
  return Object.entries(forbidden).flatMap(([name, pattern]) =>
    [...text.matchAll(pattern)].map(([match]) => `${name}: ${match}`),
  );
}

const folders = ['policies', 'simulator', 'test/fixtures'].filter((folder) => existsSync(folder));
const files = folders.flatMap((folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name)),
);

/** With the payloads of sealed records in plain text. */
function plain(text: string): string {
  const payloads = [...text.matchAll(/"payload":"([A-Za-z0-9+/=]+)"/g)];
  const opened = payloads.map(([, payload = '']) =>
    Buffer.from(payload, 'base64').toString('utf8'),
  );
  return [text.replaceAll(/"payload":"[^"]*"/g, ''), ...opened].join('\n');
}

it.each(files)('%s', (file) => {
  expect(found(plain(readFileSync(file, 'utf8')))).toEqual([]);
});

it.each(files.filter((file) => !file.includes('test-only')))('%s is no private key', (file) => {
  expect(readFileSync(file, 'utf8')).not.toMatch(/-----BEGIN [A-Z ]*PRIVATE KEY-----/);
});

describe('the search', () => {
  const seen: Record<string, string> = {
    'sees a key': '"id": "AKIDEXAMPLEEXAMPLE0000"',
    'sees a mobile number': 'call 13800138000 now',
    'sees an international number': '+86 138 0013 8000',
    'sees an address': 'to jane.doe@mail.example',
  };
  it.each(Object.entries(seen))('%s', (_name, text) => {
    expect(found(text)).not.toEqual([]);
  });

  const passed: Record<string, string> = {
    'passes over an account': '"100000000001"',
    'passes over a digest': `sha256:${'0123456789abcdef'.repeat(4)}`,
    'passes over a time': '2026-11-24T02:00:00+08:00',
    'passes over epoch milliseconds': '1764000000000',
  };
  it.each(Object.entries(passed))('%s', (_name, text) => {
    expect(found(text)).toEqual([]);
  });
});
