/** All that the simulated cloud remembers, beside the settings. */
import type { Identities } from './identities.ts';
import type { Scf } from './scf/scf.ts';
import type { Secrets } from './secrets.ts';

export interface World {
  readonly identities: Identities;
  readonly organization: OrganizationOfAccounts;
  readonly secrets: Secrets;
  readonly scf: Scf;
}

export interface OrganizationOfAccounts {
  /** The one account that may ask for the members. */
  readonly adminUin: string;
  /** Where nobody says who they are, every account but the first is one. */
  readonly members?: readonly OrganizationMember[];
}

export interface OrganizationMember {
  readonly uin: string;
  readonly name?: string;
  /** `Create` unless told: made by the organisation. */
  readonly memberType?: 'Invite' | 'Create';
  readonly nodeId?: number;
  readonly nodeName?: string;
  readonly permissionStatus?: 'Confirmed' | 'UnConfirmed';
  readonly tags?: Readonly<Record<string, string>>;
}
