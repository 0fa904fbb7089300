import { createReplay } from '../shared/replay.ts';
import { sources } from '../shared/settings/sources.ts';
import { tool } from '../shared/wire.ts';
import { judgePattern } from './patterns.ts';

/** Judges again what was sealed, by the sources and under the version of this program. */
export const ownReplay = () => createReplay({ sources, version: tool.version, judgePattern });
