/** `gradus tune` on data of one's own: killed and started again, it finds what it would have found, and writes it down. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { createRandom } from '../../src/model/random.ts';
import { freshHome, gradus, outcomeOf, startGradus, untilPrinted } from '../support/gradus.ts';

const [whole, killed] = [freshHome(), freshHome()];
const folder = mkdtempSync(join(tmpdir(), 'gradus-tune-'));
afterAll(() => {
  for (const home of [whole, killed]) home.remove();
  rmSync(folder, { recursive: true });
});

const words = { food: ['soup', 'bread', 'salt', 'plate'], music: ['song', 'drum', 'choir', 'tune'] };
function writeReviews(path: string): void {
  const random = createRandom(5);
  const pick = (list: string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const rows = Array.from({ length: 300 }, (_, i) => {
    const [about, own] = i % 2 === 0 ? (['food', words.food] as const) : (['music', words.music] as const);
    const text = Array.from({ length: 12 }, () => `w${Math.floor(random() * 200)}`);
    text[Math.floor(random() * 12)] = pick([...own]);
    return `${text.join(' ')},${about}\n`;
  });
  writeFileSync(path, `text,about\n${rows.join('')}`);
}

test('killed in the midst, it ends with the same settings, written into the plan', async () => {
  const [data, plan] = [join(folder, 'reviews.csv'), join(folder, 'plan.yaml')];
  writeReviews(data);
  const written = 'model: reviews # ours\ntrain: reviews\ncapabilities: [about]\n';
  writeFileSync(plan, written);
  for (const { environment } of [whole, killed]) {
    const added = await gradus(['data', 'add', 'reviews', data, '--label', 'about'], environment);
    expect(added).toMatchObject({ code: 0 });
  }
  const args = ['tune', plan, '--trials', '4', '--json'];
  const undisturbed = await gradus(args, whole.environment);
  expect(undisturbed).toMatchObject({ code: 0 });

  const tuning = startGradus(args, killed.environment);
  const ended = outcomeOf(tuning);
  await untilPrinted(tuning, 'round 1/2, trial 2/4', 120_000);
  await sleep(300);
  tuning.kill('SIGKILL');
  await ended;
  const again = await gradus([...args, '--write'], killed.environment);
  expect(again).toMatchObject({ code: 0 });
  expect(JSON.parse(again.out)).toEqual(JSON.parse(undisturbed.out));

  const text = readFileSync(plan, 'utf8');
  expect(text).toContain('model: reviews # ours\ntrain:\n  data: reviews\n');
  const checked = await gradus(['plan', 'check', plan], killed.environment);
  expect(checked).toMatchObject({ code: 0 });
});
