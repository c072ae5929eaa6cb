/** `gradus train`, killed again and again: it goes on from its last checkpoint, and ends as if nothing had been. */
import { readdirSync } from 'node:fs';
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
train: { data: mail, share: 30%, epochs: 20, pooling: average and max, word dropout: 30%, averaging: epochs }
capabilities: [spam]
`;
const kills = 10;
const digestOf = (out: string): string => z.object({ digest: z.string() }).parse(JSON.parse(out)).digest;

test(`killed at ${kills} random moments, a training ends with the digest of an undisturbed one`, async () => {
  const whole = await gradus(['train', '-', '--json'], undisturbed.environment, plan);
  expect(whole).toMatchObject({ code: 0 });

  const seed = Date.now() % 2 ** 31;
  console.log(`moments drawn from seed ${seed}`);
  const random = createRandom(seed);
  let checkpoints = 0;
  for (let kill = 0; kill < kills; kill++) {
    const training = startGradus(['train', '-', '--json'], killed.environment);
    training.stdin?.end(plan);
    const ended = outcomeOf(training);
    // It says this before the data is read: some are killed there, most in the midst of an epoch.
    await untilPrinted(training, 'train: reading', 60_000);
    await sleep(random() * 4000);
    training.kill('SIGKILL');
    expect(await ended).toMatchObject({ code: null });
    const files = readdirSync(join(killed.home, 'versions', 'networks'), { recursive: true }).map(String);
    if (files.some((name) => name.endsWith('.checkpoint'))) checkpoints++;
  }
  expect(checkpoints).toBeGreaterThan(0);

  const ended = await gradus(['train', '-', '--json'], killed.environment, plan);
  expect(ended).toMatchObject({ code: 0 });
  expect(digestOf(ended.out)).toBe(digestOf(whole.out));
  expect(ended.err).not.toContain('epoch 1/20');
  const left = readdirSync(join(killed.home, 'versions', 'networks'));
  expect(left.filter((name) => name.endsWith('.checkpoint'))).toEqual([]);
});
