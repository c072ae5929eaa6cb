/** A flood of messages by people who may not, on the real server: nothing changes, and whoever may is heard. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { gradus } from '../support/gradus.ts';
import { expectReplay, startSystem, until, type System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
  const policy = 'people: { ann: { roles: [admin] } }';
  const set = await gradus(['policy', 'set', '-', '--by', 'ann'], system.environment, policy);
  if (set.code !== 0) throw new Error(set.err);
}, 300_000);
afterAll(async () => system.stop(), 60_000);

it('a thousand signals at once, of strangers, hold up no other release, and whoever may is heard after them', async () => {
  const [flooded, other] = [await baking('flooded'), await baking('other')];
  await flooded.executeUpdate('pause', { args: [{ by: 'ann' }] });
  for (let sent = 0; sent < 1_000; sent += 50) {
    const some = Array.from({ length: 50 }, (_, i) => flooded.signal('resume', { by: `eve-${sent + i}`, why: 'now' }));
    await Promise.all(some);
  }
  await other.executeUpdate('rollback', { args: [{ by: 'ann', why: 'quick' }] });
  expect((await other.result()).reason).toBe('rolled back by ann: quick');
  expect((await flooded.query<ReleaseReport>('state')).state).toBe('paused');
  await flooded.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
  const { state, reason, decisions } = await flooded.result();
  expect([state, reason]).toEqual(['rolledBack', 'rolled back by ann: enough']);
  // Some of what was refused is told, and that there was more.
  const refused = decisions.filter(({ what }) => what === 'resume was refused');
  expect(refused).toHaveLength(50);
  expect(decisions.flatMap(({ what }) => (what === 'advance' ? [] : [what]))).toEqual([
    'paused',
    ...refused.map(({ what }) => what),
    'keeps no more refused messages',
    'asked to roll back',
  ]);
  // Its worker may be lost at any moment of that.
  await expectReplay(flooded);
});

it('what people say while the policy cannot be read is obeyed in its order, and told alike on replay', async () => {
  const handle = await baking('away');
  const database = new pg.Client({ connectionString: system.addresses.database });
  await database.connect();
  await database.query('begin; lock table policies in access exclusive mode');
  for (let i = 0; i < 11; i++) {
    await handle.signal(i % 2 === 0 ? 'pause' : 'resume', { by: i % 3 === 0 ? 'eve' : 'ann' });
    await sleep(1_100);
  }
  await database.query('rollback');
  await database.end();
  await handle.executeUpdate('rollback', { args: [{ by: 'ann', why: 'enough' }] });
  const { decisions } = await handle.result();
  const said = decisions.flatMap(({ what, by }) => (by === 'gradus' ? [] : [`${what} (${by})`]));
  // Those of eve are refused, so that not each pause has its resume.
  expect(said).toEqual([
    'pause was refused (eve)',
    'resume was refused (ann)',
    'paused (ann)',
    'resume was refused (eve)',
    'pause was refused (ann)',
    'resumed (ann)',
    'pause was refused (eve)',
    'resume was refused (ann)',
    'paused (ann)',
    'resume was refused (eve)',
    'pause was refused (ann)',
    'asked to roll back (ann)',
  ]);
  await expectReplay(handle);
});

async function baking(id: string) {
  const plan = {
    model: id,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16 },
    capabilities: ['spam'],
    strategy: 'gray',
    'internal test': { gate: 'accuracy >= 0.1' },
    gray: { ramp: ['50%'], bake: '10 minutes', 'check every': '1 s' },
  };
  const handle = await system.start(id, plan, 'ann');
  await until(handle, 'exposed', ({ exposures }) => exposures.length > 0);
  return handle;
}
