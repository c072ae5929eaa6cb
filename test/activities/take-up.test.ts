/** A release that was reset after its end: when it may go on, against records and routes as others have left them. */
import { describe, expect, test } from 'vitest';
import { takeUp } from '../../activities/take-up.ts';
import type { ReleaseReport, StageProgress } from '../../src/domain/report.ts';
import { newReport, newStage } from '../../src/domain/report-parts.ts';
import { nobody } from '../../src/domain/route.ts';
import { sampleVersion } from '../fixtures/report-parts.ts';
import { createFakePorts } from '../support/fake-ports.ts';

const model = 'mail';
const startedAt = '2026-01-01T00:00:00.000Z';
const candidate = sampleVersion(model, 2, 100, { spam: ['no', 'yes'], topic: ['no', 'yes'] });
const gray = { ...nobody, gray: { salt: 's', share: 0.5 } };

/** `mail-1` has ended; its first stage stood so. */
async function ended(stage: Partial<StageProgress>) {
  const ports = createFakePorts();
  const report: ReleaseReport = {
    ...newReport('mail-1', 'ann', startedAt),
    model,
    candidate,
    stages: [{ ...newStage(1, ['spam']), ...stage }, newStage(2, ['topic'])],
  };
  await ports.releases.begin({ id: 'mail-1', runId: 'one', model, plan: {}, startedAt });
  await ports.releases.record('mail-1', 'one', { ...report, state: 'rolledBack' }, true);
  const set = (phase: string, to: Parameters<typeof ports.routes.set>[0]['to'], capability = 'spam') =>
    ports.routes.set({ model, capabilities: [capability], phase, to });
  return { ports, set, again: () => takeUp(ports, report, 'two') };
}

describe('it goes on, and has its model again', () => {
  test('where users have what it believes', async () => {
    const before = await ended({ state: 'waiting' });
    await before.again();
    expect(await before.ports.releases.holder(model)).toMatchObject({ id: 'mail-1' });

    const half = await ended({ state: 'running', exposure: 0.5 });
    await half.set('mail-1/1/gray', { kind: 'exposed', candidate: candidate.digest, exposure: gray });
    await half.again();
    expect(await half.ports.releases.open()).toEqual([{ id: 'mail-1', model, isQueued: false }]);

    const full = await ended({ state: 'released', exposure: 1 });
    await full.set('mail-1/1/full', { kind: 'full', candidate: candidate.digest });
    await full.again();
  });
});

describe('it is over', () => {
  const over = { code: 'RELEASE_OVER' };

  test('where users have been put back, or have more than it believes', async () => {
    const half = await ended({ state: 'running', exposure: 0.5 });
    await expect(half.again()).rejects.toMatchObject({
      ...over,
      message: expect.stringContaining('what users get has changed since (spam)'),
    });
    const full = await ended({ state: 'released', exposure: 1 });
    await expect(full.again()).rejects.toMatchObject(over);
    const none = await ended({ state: 'running', exposure: 0 });
    await none.set('other/1/gray', { kind: 'exposed', candidate: 'x', exposure: gray }, 'topic');
    await expect(none.again()).rejects.toMatchObject({ message: expect.stringContaining('(topic)') });
    expect(await none.ports.releases.holder(model)).toBeNull();
  });

  test('where another release has the model, or waits for it', async () => {
    const { ports, again } = await ended({ state: 'waiting' });
    const second = { id: 'mail-2', runId: 'r', model, plan: {}, startedAt };
    await ports.releases.enqueue(second);
    await expect(again()).rejects.toMatchObject({ message: expect.stringContaining('mail-2 has the model mail now') });
    await ports.releases.begin(second);
    await expect(again()).rejects.toMatchObject(over);
    expect(await ports.releases.holder(model)).toMatchObject({ id: 'mail-2' });
  });
});
