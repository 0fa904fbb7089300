/** What would not work once it is deployed, found before anything is. */
import { readFileSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';

import { parseConfig, type Env } from '../../shared/config.ts';
import { messageOf } from '../../shared/errors.ts';
import type { Problem, Result } from '../../shared/model.ts';
import type { PackedPolicy } from '../../shared/policy/compile.ts';
import type { Package } from './package.ts';

export interface Folder {
  readonly path: string;
  readonly code: Package;
}

/** Of the code and the description together. */
export function codeProblems(
  { handler, file }: { readonly handler: string; readonly file: string },
  { path, code }: Folder,
): readonly Problem[] {
  const entry = `${handler.replace(/\.[^.]*$/, '')}.js`;
  if (code.files.includes(entry)) return [];
  return [
    { where: path, what: `has no ${entry}, which ${file} names as the handler: run npm run build` },
  ];
}

/** What the function would say of its own configuration at its first run. */
export function configProblems(
  variables: Readonly<Record<string, string>>,
  region: string,
  folder: Folder,
  policies: readonly PackedPolicy[],
): readonly Problem[] {
  const config = parseConfig({
    env: {
      ...withoutReferences(visible(variables)),
      TENCENTCLOUD_RUNENV: 'SCF',
      TENCENTCLOUD_REGION: region,
    },
    // The platform gives it with the role.
    credential: { secretId: 'of the role', secretKey: 'of the role' },
    uin: undefined,
    policyNames: new Set(policies.flatMap(({ pack, policy }) => [pack, policy.id])),
    readFile: (path) => packedText(folder, path),
  });
  return config.ok ? [] : config.problems;
}

const codeRoot = '/var/user/';

/** Without a file of targets that is mounted, which cannot be seen from here. */
export function visible(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const { AUDIT_TARGETS: targets = '', ...rest } = variables;
  const isMounted = isAbsolute(targets.trim()) && !targets.trim().startsWith(codeRoot);
  return targets === '' || isMounted ? rest : variables;
}

/** What is no fault, and will disappoint. */
export function configWarnings(
  variables: Readonly<Record<string, string>>,
  mounts: readonly { readonly localMountDir: string }[],
): readonly string[] {
  const warnings: string[] = [];
  if (variables['AUDIT_TARGETS'] !== undefined && visible(variables) !== variables) {
    warnings.push(
      'AUDIT_TARGETS names a mounted file, which was not looked at: a role that is made here may take none of its roles',
    );
  }
  const path = /^file:(?:\/\/)?(.*)$/s.exec(variables['AUDIT_EVIDENCE']?.trim() ?? '')?.[1];
  const isKept = (folder: string) =>
    path === folder || path?.startsWith(`${folder.replace(/\/$/, '')}/`);
  if (path !== undefined && !mounts.some(({ localMountDir }) => isKept(localMountDir) === true)) {
    warnings.push(
      'AUDIT_EVIDENCE names a folder where no file system is mounted: what is written there goes with the instance',
    );
  }
  return warnings;
}

/** What the secret manager holds cannot be looked at here. */
function withoutReferences(variables: Readonly<Record<string, string>>): Env {
  const isReference = (text: string) => /ssm(:|%3a)(\/|%2f){2}/i.test(text);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const words = value.split(/\s+/).filter((word) => !isReference(word));
      return [name, isReference(value) ? words.join(' ') : value];
    }),
  );
}

/** A file as the function will find it. */
export function packedText({ path, code }: Folder, name: string): Result<string, string> {
  const key = normalize(name.replace(codeRoot, '')).replaceAll('\\', '/');
  if (!code.files.includes(key)) {
    const what = `is "${name}", which is not in ${path}: put it beside serverless.yml as ${key}, and run npm run build`;
    return { ok: false, problems: [what] };
  }
  try {
    return { ok: true, value: readFileSync(join(path, key), 'utf8') };
  } catch (error) {
    return { ok: false, problems: [`is "${name}", which cannot be read (${messageOf(error)})`] };
  }
}
