/** The variables of a function that serverless.yml describes. No problem shows a value. */
import { isObject } from '../../shared/json.ts';
import { sectionAt, type Reading, type Section } from './section.ts';

/** Of all variables together; https://cloud.tencent.com/document/product/583/11637 */
const maxEnvironmentBytes = 4096;
const reservedPrefixes = ['SCF_', 'QCLOUD_', 'TENCENTCLOUD_'];

/** An empty variable is one that is not set: it is left as it is. */
export function variablesOf(reading: Reading, inputs: Section): Readonly<Record<string, string>> {
  noteUnset(reading);
  const environment = inputs.section('environment', ['variables']);
  const given = environment?.value('variables');
  if (environment === undefined || given === undefined) return {};
  if (!isObject(given)) {
    environment.complain('variables', 'is no mapping: give NAME: value', 'key');
    return {};
  }
  const variables: Record<string, string> = {};
  const section = sectionAt(reading, given, ['inputs', 'environment', 'variables']);
  for (const [name, value] of section.entries()) {
    const complain = (what: string) => {
      section.complain(name, what, 'hidden');
    };
    const prefix = reservedPrefixes.find((one) => name.startsWith(one));
    if (!/^[A-Za-z]\w*$/.test(name))
      complain('is no name of a variable: give letters, digits and underscores');
    if (prefix !== undefined)
      complain(`begins with ${prefix}, which SCF keeps for itself: name it otherwise`);
    if (typeof value === 'object' && value !== null) {
      complain('is no text: write it in quotes');
    } else if (typeof value === 'number' && !Number.isSafeInteger(value)) {
      complain('is a number that may lose digits: write it in quotes');
    } else if (value === null || String(value).trim() === '') {
      reading.left.push({ what: name, names: [] });
    } else variables[name] = String(value);
  }
  return variables;
}

function noteUnset({ filled, left }: Reading): void {
  for (const { path, names } of filled.unset) {
    const [inputs, environment, , name] = path;
    if (inputs === 'inputs' && environment === 'environment' && name !== undefined)
      left.push({ what: name, names });
  }
}

/** @returns what is wrong with all of them together, as the end of a sentence */
export function problemOfAll(variables: Readonly<Record<string, string>>): string | undefined {
  const bytes = Object.entries(variables)
    .map(([name, value]) => Buffer.byteLength(name + value))
    .reduce((sum, more) => sum + more, 0);
  if (bytes <= maxEnvironmentBytes) return undefined;
  return `are ${String(bytes)} bytes, and SCF takes ${String(maxEnvironmentBytes)} of all names and values together: put secrets into the secret manager (ssm://<name>@<version>)`;
}
