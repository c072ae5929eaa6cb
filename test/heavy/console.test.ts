/** Operations over HTTP on the whole system: a release under way is paused, resumed and rolled back by tokens alone. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { sendMessage } from '../../src/platform/send-message.ts';
import { gradus } from '../support/gradus.ts';
import { startProvider, type Provider } from '../support/oidc.ts';
import { freePort } from '../support/postgres.ts';
import { smallPlan, startSystem, until, type System } from './system.ts';

let provider: Provider;
let system: System;
let url: string;

beforeAll(async () => {
  provider = await startProvider('gradus');
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const oidc = { GRADUS_OIDC_ISSUER: provider.issuer, GRADUS_OIDC_AUDIENCE: 'gradus' };
  system = await startSystem({ ...oidc, GRADUS_CONSOLE_PORT: String(port) });
  const policy = path.join(tmpdir(), `gradus-policy-${process.pid}.yaml`);
  writeFileSync(policy, 'people: { ann: { roles: admin, oidc: "17" } }\ngroups: { ops: operator, leads: approver }\n');
  const set = await gradus(['policy', 'set', policy, '--by', 'ann'], system.environment);
  if (set.code !== 0) throw new Error(set.err);
}, 300_000);
afterAll(async () => {
  await system.stop();
  await provider.stop();
}, 60_000);

async function post(operation: string, claims: { sub: string; roles?: string[] }, body: object = {}) {
  const response = await fetch(`${url}/v1/releases/http-1/${operation}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await provider.token(claims)}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const told: unknown = await response.json();
  return { status: response.status, told: JSON.stringify(told) };
}

it('obeys people by what their tokens give them, and the audit log says who it was', async () => {
  const plan = smallPlan(0.05, {
    strategy: 'gray',
    stages: [['spam', 'html']],
    gray: { ramp: ['50%'], bake: '10 minutes' },
  });
  const handle = await system.start('http-1', plan, 'ann');
  await until(handle, 'exposed', ({ exposures }) => exposures.length > 0);

  const lead = { sub: '5', roles: ['leads'] };
  const refused = await post('pause', lead);
  expect([refused.status, refused.told]).toEqual([403, expect.stringContaining('it is for the role operator')]);
  const ops = { sub: '6', roles: ['ops'] };
  expect((await post('pause', ops, { why: 'a look at the numbers', id: 'press-1' })).status).toBe(200);
  expect((await post('pause', ops, { why: 'a look at the numbers', id: 'press-1' })).status).toBe(200);
  expect((await handle.query<ReleaseReport>('state')).state).toBe('paused');
  const again = await post('pause', ops);
  expect([again.status, again.told]).toEqual([409, expect.stringContaining('paused already')]);
  // The release asks the policy too, and what it refuses because of that is told as such.
  await expect(sendMessage(system.client, 'http-1', 'resume', { by: 'zoe' })).rejects.toMatchObject({
    code: 'NOT_ALLOWED',
    message: expect.stringContaining('zoe is not in the policy'),
  });
  expect((await post('resume', { sub: '17' })).status).toBe(200);
  expect((await post('rollback', ops, { why: 'enough' })).status).toBe(200);

  const report = await handle.result();
  expect(report.reason).toBe('rolled back by oidc:6: enough');
  const late = await post('pause', ops);
  expect([late.status, late.told]).toEqual([409, expect.stringContaining('http-1 has ended: rolled back')]);
  const decisions = report.decisions.filter(({ via }) => via === 'http').map(({ what, by }) => [what, by]);
  expect(decisions).toEqual([
    ['paused', 'oidc:6'],
    ['resumed', 'ann'],
    ['asked to roll back', 'oidc:6'],
  ]);
});
