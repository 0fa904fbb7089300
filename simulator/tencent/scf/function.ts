/** A function of SCF, and all functions. */
import { createHash } from 'node:crypto';
import type { Values } from '../settings/product.ts';

export type FunctionStatus =
  'Creating' | 'Updating' | 'Active' | 'CreateFailed' | 'UpdateFailed' | 'DeleteFailed';

export interface Code {
  readonly zip: Buffer;
  /** Hex, of the zip. */
  readonly sha256: string;
}

export interface Trigger {
  readonly name: string;
  readonly cron: string;
  readonly isOpen: boolean;
  readonly qualifier: string;
  /** `CustomArgument`: becomes the event's message. */
  readonly argument: string | undefined;
  readonly description: string | undefined;
  readonly addedAtMs: number;
  readonly changedAtMs: number;
}

/** What names a function among all. */
export interface FunctionPlace {
  readonly uin: string;
  readonly region: string;
  readonly namespace: string;
  readonly name: string;
}

export interface FunctionConfig {
  readonly handler: string;
  readonly description: string;
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The name of the execution role; empty: none. */
  readonly role: string;
  /** What is only kept and told again: `VpcConfig`, `Layers`, `ClsTopicId`, … */
  readonly kept: Values;
}

export interface ScfFunction extends FunctionPlace, FunctionConfig {
  readonly id: string;
  readonly runtime: string;
  readonly code: Code;
  readonly status: FunctionStatus;
  readonly statusReasons: readonly { readonly code: string; readonly message: string }[];
  /** So often GetFunction still says that the last change is under way. */
  readonly pollsLeft: number;
  readonly triggers: readonly Trigger[];
  readonly asyncConfig: { readonly retries: number; readonly ttlSeconds: number };
  readonly addedAtMs: number;
  readonly changedAtMs: number;
}

export interface Functions {
  readonly get: (place: FunctionPlace) => ScfFunction | undefined;
  readonly all: () => readonly ScfFunction[];
  readonly put: (changed: ScfFunction) => void;
  readonly remove: (place: FunctionPlace) => void;
}

export function createFunctions(): Functions {
  const functions = new Map<string, ScfFunction>();
  const keyOf = ({ uin, region, namespace, name }: FunctionPlace) =>
    [uin, region, namespace, name].join(' ');
  return {
    get: (place) => functions.get(keyOf(place)),
    all: () => [...functions.values()],
    put: (changed) => {
      functions.set(keyOf(changed), changed);
    },
    remove: (place) => {
      functions.delete(keyOf(place));
    },
  };
}

export function codeOf(zip: Buffer): Code {
  return { zip, sha256: createHash('sha256').update(zip).digest('hex') };
}
