/** `gradus train`, killed again and again: it goes on from its last checkpoint, and ends as if nothing had been. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createRandom } from '../../src/model/random.ts';
import { freshHome, gradus, outcomeOf, startGradus, untilPrinted } from '../support/gradus.ts';

const [undisturbed, killed] = [freshHome(), freshHome()];
afterAll(() => [undisturbed, killed].forEach((home) => home.remove()));

const plan = `
model: mail
train: { data: mail, share: 30%, epochs: 16, pooling: average and max, word dropout: 30%, averaging: epochs }
capabilities: [spam]
`;
const kills = 6;
/** The checkpoints that a home holds; a training that was killed while it read its data has made no folder for them. */
const checkpointsIn = (home: string): string[] => {
  const folder = join(home, 'versions', 'networks');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  return files.filter((name) => name.endsWith('.checkpoint')).map((name) => join(folder, name));
};
/** Until an epoch has ended since then, however slow the machine is. */
const checkpointAfter = async (home: string, sinceMs: number): Promise<void> => {
  const isNew = (file: string): boolean => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > sinceMs;
  while (existsSync(home) && !checkpointsIn(home).some(isNew)) await sleep(20);
};
const digestOf = (out: string): string => z.object({ digest: z.string() }).parse(JSON.parse(out)).digest;

test(`killed at ${kills} random moments, a training ends with the digest of an undisturbed one`, async () => {
  const whole = await gradus(['train', '-', '--json'], undisturbed.environment, plan);
  expect(whole).toMatchObject({ code: 0 });

  const seed = Date.now() % 2 ** 31;
  console.log(`moments drawn from seed ${seed}`);
  const random = createRandom(seed);
  let checkpoints = 0;
  for (let kill = 0; kill < kills; kill++) {
    const sinceMs = Date.now();
    const training = startGradus(['train', '-', '--json'], killed.environment);
    training.stdin?.end(plan);
    const ended = outcomeOf(training);
    // One is killed while it reads its data or learns, the next soon after an epoch.
    if (kill % 2 === 0) await untilPrinted(training, 'train: reading', 120_000);
    else await Promise.race([checkpointAfter(killed.home, sinceMs), ended]);
    await sleep(random() * (kill % 2 === 0 ? 4000 : 500));
    training.kill('SIGKILL');
    expect(await ended).toMatchObject({ code: null });
    if (checkpointsIn(killed.home).length > 0) checkpoints++;
  }
  expect(checkpoints).toBeGreaterThan(0);

  const ended = await gradus(['train', '-', '--json'], killed.environment, plan);
  expect(ended).toMatchObject({ code: 0 });
  expect(digestOf(ended.out)).toBe(digestOf(whole.out));
  expect(ended.err).not.toContain('epoch 1/16');
  expect(checkpointsIn(killed.home)).toEqual([]);
});
