/**
 * Every source, a row of data each. A new source is a new row in `sources/` and, where policies need more
 * than JSON Schema can compute, a group of facts in `facts/`. Field names and types: the SDK's response
 * types (tcss v20201101). No row names an action that answers with a password or a token.
 */
import type { Source } from '../model.ts';
import { alertingSources } from './sources/alerting.ts';
import { baselineSources } from './sources/baseline.ts';
import { imageSources } from './sources/images.ts';
import { licenceSources } from './sources/licence.ts';
import { loggingSources } from './sources/logging.ts';
import { malwareSources } from './sources/malware.ts';
import { runtimeSources } from './sources/runtime.ts';
import { vulnerabilitySources } from './sources/vulnerabilities.ts';

/** By the sources' ids. */
export const sources: Readonly<Record<string, Source>> = Object.fromEntries(
  [
    ...imageSources,
    ...malwareSources,
    ...vulnerabilitySources,
    ...baselineSources,
    ...runtimeSources,
    ...alertingSources,
    ...loggingSources,
    ...licenceSources,
  ].map((source) => [source.id, source]),
);
