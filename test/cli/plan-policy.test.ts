/** Plans beside the policy in force, on the command line: what a release would be refused with is said before anybody starts one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { freshHome, gradus } from '../support/gradus.ts';
import { testServer, type TestServer } from '../support/postgres.ts';

vi.setConfig({ testTimeout: 60_000 });

const policy = {
  people: { root: { roles: 'admin' }, vic: { roles: 'viewer' }, cem: { roles: 'approver' } },
  teams: { safety: ['cem'] },
  risk: { high: { approvals: { full: 'safety' } } },
};
const plan = {
  model: 'mail',
  data: 'mail',
  capabilities: { spam: { risk: 8 } },
  people: { safety: ['cem'] },
  full: { approval: { from: 'safety' } },
};
const lacking = JSON.stringify({ ...plan, full: {} });
const problem = 'full.approval: spam is of high risk, so safety have to approve';

let server: TestServer;
let fresh: ReturnType<typeof freshHome>;
const run = (args: string[], input = '') => gradus(args, { ...fresh.environment, DATABASE_URL: server.url }, input);

beforeAll(async () => {
  server = await testServer();
  fresh = freshHome();
  const set = await run(['policy', 'set', '-', '--by', 'root'], JSON.stringify(policy));
  if (set.code !== 0) throw new Error(set.err);
}, 60_000);
afterAll(async () => {
  await server.end();
  fresh.remove();
});

test('a plan that lacks what the policy asks for is refused as its release would be', async () => {
  const { code, out, err } = await run(['plan', 'check', '-', '--json'], lacking);
  expect([code, JSON.parse(out)]).toEqual([2, { problems: [problem] }]);
  expect(JSON.parse(err)).toMatchObject({ code: 'PLAN_REFUSED', problems: [problem], next: 'gradus policy show' });
  const good = await run(['plan', 'check', '-'], JSON.stringify(plan));
  expect([good.code, good.out]).toEqual([0, expect.stringContaining('It has all that the policy in force asks for.')]);
});

test('approvers whom the policy does not know, or who may not approve, are named', async () => {
  const asked = { ...plan, capabilities: { spam: { risk: 5 } }, full: { approval: { from: ['nobody-here', 'vic'] } } };
  const { code, out } = await run(['plan', 'check', '-'], JSON.stringify(asked));
  expect(code).toBe(0);
  expect(out).not.toContain('It has all that the policy in force asks for.');
  expect(out).toContain('full: nobody-here is not in the policy; vic is viewer and may not approve; 1 approval');
  const json = await run(['plan', 'check', '-', '--json'], JSON.stringify(asked));
  expect(JSON.parse(json.out)).toMatchObject({ policy: 'kept', warnings: [expect.stringContaining('nobody-here')] });
});

test('one that is stored all the same says so, then and whenever it is shown', async () => {
  const saved = await run(['plan', 'save', 'mail', '-'], lacking);
  expect(saved.out).toContain(`Stored as mail. The policy in force refuses a release of it:\n  ${problem}`);
  expect((await run(['plan', 'show', 'mail'])).out).toContain(problem);
});

test('who may not start releases makes no schedule of them, and triggers none', async () => {
  const made = await run(['schedule', 'create', 'learn', 'mail', '--every', '1 week', '--by', 'vic']);
  const triggered = await run(['schedule', 'trigger', 'learn', '--by', 'vic']);
  for (const { code, err } of [made, triggered]) {
    expect([code, err]).toEqual([
      1,
      expect.stringMatching(
        /^vic may not do that: it is for the role operator, and vic has viewer\. Nothing was (started|changed)\./,
      ),
    ]);
  }
});

test('where the policy cannot be read, a plan is checked without it, and that is said', async () => {
  await server.stop();
  const away = await run(['plan', 'check', '-', '--json'], lacking);
  expect([away.code, JSON.parse(away.out)]).toMatchObject([
    0,
    { policy: 'unknown', policyNote: expect.stringMatching(/^Not checked with the policy: .*checked with it again/) },
  ]);
  await server.start();
  const alone = (): ReturnType<typeof gradus> => gradus(['plan', 'check', '-', '--json'], fresh.environment, lacking);
  expect(JSON.parse((await alone()).out), 'no records, so no policy').toMatchObject({ policy: 'none', policyNote: '' });
  mkdirSync(path.join(fresh.home, 'postgres', 'data'), { recursive: true });
  writeFileSync(path.join(fresh.home, 'postgres', 'data', 'PG_VERSION'), '18\n');
  expect(JSON.parse((await alone()).out)).toMatchObject({
    policy: 'unknown',
    policyNote: expect.stringContaining('gradus up'),
  });
});
