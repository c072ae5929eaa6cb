/** What telling others needs, by whatever way it is done. */
import type { Delegations } from '../domain/delegation.ts';
import type { Notices, Outbox } from '../domain/outbox.ts';
import type { Permissions } from '../domain/permission.ts';
import type { Releases } from '../domain/ports.ts';
import type { Pauses } from './sending.ts';

export interface Around {
  outbox: Outbox;
  notices: Notices;
  releases: Pick<Releases, 'find'>;
  policies: Permissions;
  delegations: Pick<Delegations, 'list'>;
  /** A release's page in Temporal's UI. */
  pageOf: (release: string) => string | null;
  say: (line: string) => void;
  /** In the place of the usual ones, for tests. */
  pauses?: Pauses;
}

/** Between two looks at what releases have to say. */
export const lookEveryMs = 1_000;
