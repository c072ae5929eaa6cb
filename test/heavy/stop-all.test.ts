/** All releases are stopped from the command line on the whole system, also while Temporal is away. Needs all native parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { gradus } from '../support/gradus.ts';
import { startSystem, until, type Handle, type System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
}, 300_000);
afterAll(async () => system.stop(), 60_000);

/** Two shares of users, each for some seconds. */
async function ramping(model: string, ramp: string[]): Promise<Handle> {
  const plan = {
    model,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
    capabilities: ['spam'],
    strategy: 'gray',
    'internal test': { gate: 'accuracy >= 0.1' },
    gray: { ramp, bake: '2 s', 'check every': '1 s', 'min rated': 1, within: '1 hour', guardrails: ['errorRate <= 1'] },
  };
  const saved = await gradus(['plan', 'save', model, '-'], system.environment, JSON.stringify(plan));
  expect(saved.code, saved.err).toBe(0);
  return system.start(`${model}-1`, model);
}

async function candidateOf(model: string): Promise<unknown> {
  const [row] = await system.rows(`select candidate from routes where model = '${model}'`);
  return row?.['candidate'] ?? null;
}

const run = (...args: string[]) => gradus([...args, '--by', 'ann'], system.environment);
const shown = async (id: string): Promise<ReleaseReport> => {
  const { out } = await gradus(['release', 'status', id, '--json'], system.environment);
  return JSON.parse(out);
};

it('stops at once what is under way and what starts later; then they go on, or are rolled back without Temporal', async () => {
  const first = await ramping('stopped', ['10%', '20%']);
  await until(first, 'exposed', ({ exposures }) => exposures.length > 0);

  const refused = await run('stop-all');
  expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('Say why')]);
  const stopped = await run('stop-all', '--why', 'incident');
  expect(stopped.code, stopped.err).toBe(0);
  expect(stopped.out).toContain('1 release under way: stopped-1');
  const held = await until(first, 'held', ({ standing }) => standing?.kind === 'stopped');
  expect(held.standing?.why).toBe('all releases were stopped by ann: incident');
  const second = await ramping('later', ['10%']);
  await until(second, 'held before it is trained', ({ standing }) => standing?.kind === 'stopped');
  await sleep(5000);
  const [before, after] = [await shown('stopped-1'), await shown('later-1')];
  expect(before.stages[0]?.exposure).toBeLessThanOrEqual(0.1);
  expect(after.candidate).toBeNull();
  const listed = await gradus(['release', 'list'], system.environment);
  expect(listed.out).toContain('running, stopped');
  for (const command of [
    ['release', 'list'],
    ['release', 'status', 'later-1'],
  ]) {
    const { out } = await gradus(command, system.environment);
    expect(out).toMatch(/\nAll releases are stopped: stop 1, which ann began at 2\S+ \S+ UTC \(incident\)\./);
  }
  const again = await run('stop-all', '--why', 'to be sure');
  expect(again.out).toMatch(
    /^All releases are stopped already: stop 1, which ann began at .* UTC \(incident\)\.\nStop 2 /,
  );
  expect((await run('release', 'pause', 'stopped-1')).code).toBe(0);

  const ended = await run('stop-all', '--end', '--why', 'repaired');
  expect(ended.code, ended.err).toBe(0);
  expect(ended.out).toMatch(
    /^Ended: stop 1, which ann .* \(incident\); stop 2, which ann .* \(to be sure\)\.\nGoes on: later-1\./,
  );
  expect(ended.out).toContain('Not yet: stopped-1 (paused by ann).');
  const over = await run('stop-all', '--end', '--why', 'repaired');
  expect(over.err).toMatch(/No stop of all releases holds.* The last one, stop 2, was ended by ann at 2/);
  expect((await run('release', 'resume', 'stopped-1')).code).toBe(0);
  await until(second, 'exposed', ({ exposures }) => exposures.length > 0);
  expect(await candidateOf('later')).not.toBeNull();

  // A plan by which a release is under way is not changed unnoticed.
  const save = (...more: string[]) =>
    gradus(
      ['plan', 'save', 'later', '-', ...more],
      system.environment,
      '{model: later, data: mail, capabilities: spam}',
    );
  const locked = await save();
  expect([locked.code, locked.err]).toEqual([1, expect.stringContaining('later-1 is under way by the stored plan')]);
  expect((await save('--anyway')).code).toBe(0);

  // Who waits for the model has its turn when the release before has ended.
  const queued = await run('release', 'start', 'later', '--queue');
  expect(queued.out, queued.err).toContain('and waits for the end of later-1');
  const waitingList = await gradus(['release', 'list'], system.environment);
  expect(waitingList.out).toContain('queued behind later-1');

  // Temporal dies: users are back on stable before it is there again, and their releases end as soon as it is.
  system.kill('temporal');
  const rolled = await run('stop-all', '--roll-back', '--why', 'it answers nonsense');
  expect(rolled.code, rolled.err).toBe(0);
  expect([await candidateOf('stopped'), await candidateOf('later')]).toEqual([null, null]);
  for (const handle of [first, second]) {
    const { state, reason } = await until(handle, 'rolled back', ({ endedAt }) => endedAt !== null);
    expect([state, reason]).toEqual(['rolledBack', 'rolled back by ann: stop-all: it answers nonsense']);
  }
  const list = await gradus(['stop-all', '--list', '--json'], system.environment);
  expect(JSON.parse(list.out)).toMatchObject([
    { number: 3, end: null, rollBack: true },
    { number: 2, by: 'ann' },
    { number: 1, by: 'ann' },
  ]);
  const audit = await gradus(['audit', 'export'], system.environment);
  for (const what of ['stopped all releases', 'let all releases go on', 'stopped all releases and rolled them back']) {
    expect(audit.out).toContain(`"what":"${what}"`);
  }
});
