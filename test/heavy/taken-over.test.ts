/** A worker is killed and another takes over while somebody asks and others go on. Needs all native parts. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReleaseReport } from '../../src/domain/report.ts';
import { pauseSignal, resumeSignal, stateQuery } from '../../workflows/messages.ts';
import { expectReplay, failedTasks, smallPlan, startSystem, until, type System } from './system.ts';

let system: System;

beforeAll(async () => {
  system = await startSystem();
}, 240_000);
afterAll(async () => system.stop(), 60_000);

const mostRounds = 6;

it('a query that comes between two messages to a release whose worker was killed changes nothing of what it does', async () => {
  const plan = smallPlan(0.05, { gray: { ramp: ['10%'], bake: '1 hour', 'check every': '10 s' }, strategy: 'gray' });
  const handle = await system.start('mail-assistant-1', plan);
  await until(handle, 'in its gray release', ({ stages }) => stages[0]?.step === 'gray');

  const answers: string[] = [];
  for (let round = 1; round <= mostRounds && !answers.some(isRefusal); round++) {
    system.kill('worker');
    // It is sent to the worker that is gone, and to the next one two seconds later: with what has come until then.
    const answer = handle.query(stateQuery).then(() => 'answered', String);
    await sleep(700);
    await handle.signal(pauseSignal, { by: 'ann', why: `round ${round}` });
    await sleep(400);
    await handle.signal(resumeSignal, { by: 'ann', why: `round ${round}` });
    answers.push(await answer);
    const said = ({ decisions }: ReleaseReport) => decisions.filter(({ why }) => why === `round ${round}`);
    const report = await until(handle, `resumed in round ${round}`, (each) => said(each).length === 2);
    expect(said(report).map(({ what }) => what)).toEqual(['paused', 'resumed']);
  }
  expect(answers.filter(isRefusal), answers.join('\n')).toHaveLength(1);

  expect(failedTasks(await handle.fetchHistory())).toEqual([]);
  await expectReplay(handle);
}, 240_000);

function isRefusal(answer: string): boolean {
  return answer.includes('another worker took over');
}
