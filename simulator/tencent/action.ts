/** One action of one service. */
import type { Caller } from './account.ts';
import type { Outcome } from './outcome.ts';
import type { BadParameter } from './parameters.ts';
import type { Values } from './settings/product.ts';
import type { World } from './world.ts';

export interface Call {
  readonly caller: Caller;
  readonly parameters: Values;
  /** Empty where the request names none. */
  readonly region: string;
  readonly requestId: string;
  readonly nowMs: number;
  readonly world: World;
  readonly isPermitted: (permission: string, resource?: string) => boolean;
  /** What the product's settings are for this caller, as a scenario and the changes to it make them. */
  readonly settings: () => Values;
}

export interface Action {
  readonly version: string;
  readonly permission?: string;
  /** Of one account; 20 unless told. */
  readonly limitPerSecond?: number;
  /** A request without `X-TC-Region` is refused. */
  readonly needsRegion?: true;
  /** What the permission is asked for, where CAM looks at it. */
  readonly resource?: (call: Call) => string;
  readonly faultOf: (parameters: Values) => BadParameter | undefined;
  readonly answer: (call: Call) => Outcome;
}
