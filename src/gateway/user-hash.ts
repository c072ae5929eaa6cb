/** Who a user is in all that is written: the same for the same id, and nothing that the id could be found from without the key. */
import { createHmac } from 'node:crypto';

/** Of the installation's secret: what the key of users, and that of answers, is for (see `deriveKey`). */
export const keyPurposes = { users: 'ids of users', answers: 'ids of answers' } as const;

export function hashUser(userKey: Buffer, id: string): string {
  return createHmac('sha256', userKey).update(id).digest().subarray(0, 16).toString('base64url');
}
