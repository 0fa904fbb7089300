/** The reference of a policy folder in Markdown: what `policy docs` writes and a test compares. */
import { severities, type ControlsCatalogue, type JsonObject, type Source } from '../model.ts';
import type { PackedPolicy } from './compile.ts';
import type { Library, NamedExample } from './lint.ts';
import { wordsOf } from './words.ts';

export interface ReferenceOptions {
  readonly sources: Readonly<Record<string, Source>>;
  /** From the page to the policy folder: `../policies`. */
  readonly folder: string;
}

const beginMark =
  '<!-- policies: from here to the end mark written by `tcss-audit policy docs` -->';
const endMark = '<!-- policies: end -->';

/**
 * The page with its generated part made anew.
 * @param page what the file holds, undefined where there is none
 * @returns undefined where the page has no marks: then it is somebody's own
 */
export function withReference(page: string | undefined, reference: string): string | undefined {
  const block = `${beginMark}\n<!-- prettier-ignore-start -->\n\n${reference}\n<!-- prettier-ignore-end -->\n${endMark}`;
  if (page === undefined) return `# Policies\n\n${block}\n`;
  const [from, to] = [page.indexOf(beginMark), page.indexOf(endMark)];
  if (from === -1 || to < from) return undefined;
  return page.slice(0, from) + block + page.slice(to + endMark.length);
}

export const marks = [beginMark, endMark] as const;

export function referenceOf(library: Library, options: ReferenceOptions): string {
  const packs = [...new Set(library.policies.map(({ pack }) => pack))].sort();
  const counts = severities
    .map((severity) => {
      const count = library.policies.filter(({ policy }) => policy.severity === severity).length;
      return `${String(count)} ${severity}`;
    })
    .join(', ');
  const total = `${String(library.policies.length)} ${library.policies.length === 1 ? 'policy' : 'policies'} in ${String(packs.length)} ${packs.length === 1 ? 'pack' : 'packs'}: ${counts}.`;
  return [total, ...packs.map((pack) => packSection(pack, library, options))].join('\n\n') + '\n';
}

function packSection(pack: string, library: Library, options: ReferenceOptions): string {
  const own = library.policies
    .filter((packed) => packed.pack === pack)
    .sort(
      (a, b) =>
        severities.indexOf(a.policy.severity) - severities.indexOf(b.policy.severity) ||
        (a.policy.id < b.policy.id ? -1 : 1),
    );
  const rows = own.map(
    ({ policy: { id, title, severity, source } }) =>
      `| [\`${id}\`](#${id}) | ${text(title)} | ${severity} | \`${source}\` |`,
  );
  return [
    `### Pack \`${pack}\``,
    ['| policy | what must hold | severity | source |', '| --- | --- | --- | --- |', ...rows].join(
      '\n',
    ),
    ...own.map((packed) => policySection(packed, library, options)),
  ].join('\n\n');
}

function policySection(
  { pack, policy }: PackedPolicy,
  { controls, examples }: Library,
  { sources, folder }: ReferenceOptions,
): string {
  const { id, title, severity, source, rationale, remediation, when, require, onMissing } = policy;
  const own = examples.filter(({ policyId }) => policyId === id);
  const sites = sources[source]?.sites ?? [];
  const where = sites.length === 1 ? ` (site \`${sites.join('')}\` only)` : '';
  return [
    `#### \`${id}\``,
    `**${text(title)}** · ${severity} · \`${source}\`${where} · [file](${folder}/${pack}/${id}.json)`,
    text(rationale),
    ...(when === undefined ? [] : [`Applies where:\n\n${schemaText(when)}`]),
    `Requires:\n\n${schemaText(require)}`,
    ...(onMissing === undefined || onMissing === 'error'
      ? []
      : [`A missing property makes it \`${onMissing}\`.`]),
    `To comply: ${text(remediation.text)}`,
    ...(remediation.set === undefined ? [] : [`Set \`${JSON.stringify(remediation.set)}\`.`]),
    ...(policy.controls.length === 0
      ? []
      : [policy.controls.map((control) => `- ${titled(control, controls)}`).join('\n')]),
    `Examples: ${examplesText(own)}.`,
  ].join('\n\n');
}

/** Words where they are enough, the schema where they are not. */
function schemaText(schema: JsonObject): string {
  const words = wordsOf(schema);
  if (words !== undefined) return words.map((line) => `- ${line}`).join('\n');
  return ['```json', JSON.stringify(schema, null, 2), '```'].join('\n');
}

/** `NIST-800-53r5/RA-5`, with its title where the catalogue has one. */
function titled(control: string, { frameworks }: ControlsCatalogue): string {
  const title = titleOf(control, { frameworks });
  return title === undefined ? `\`${control}\`` : `\`${control}\` ${text(title)}`;
}

export function titleOf(control: string, { frameworks }: ControlsCatalogue): string | undefined {
  const slash = control.indexOf('/');
  const framework = frameworks.find(({ id }) => id === control.slice(0, slash));
  const id = control.slice(slash + 1);
  return framework !== undefined && Object.hasOwn(framework.controls, id)
    ? framework.controls[id]
    : undefined;
}

function examplesText(examples: readonly NamedExample[]): string {
  return examples.map(({ file }) => `\`${file.replace(/^.*\/|\.json$/g, '')}\``).join(', ');
}

/** What Markdown and HTML would take for their own. */
function text(plain: string): string {
  return plain.replace(/[\\`*_[\]<>|]/g, (character) => `\\${character}`).replace(/\s+/g, ' ');
}
