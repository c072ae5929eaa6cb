/** The sample's real mails: labels as counted before, parts that share nothing, and no more told by the text than is honest. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PartedExample } from '../../src/datasets/cached.ts';
import { readExamples, toDataset } from '../../src/datasets/cached.ts';
import type { Dataset } from '../../src/datasets/dataset.ts';
import { openDataset } from '../../src/datasets/index.ts';
import { jaccard, nearDuplicate, shingles } from '../../src/datasets/groups.ts';
import { prepareMails } from '../../src/datasets/mail/prepare.ts';
import { installedMails } from '../../src/datasets/mail/source.ts';
import { fitLinear } from '../../src/model/linear-baseline.ts';
import { tokenize } from '../../src/model/tokenizer.ts';

const parts = ['train', 'validation', 'held-out'] as const;
let folder = '';
let mail: Dataset;
let unstripped: Dataset;
let examples: PartedExample[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gradus-mail-'));
  mail = await openDataset('mail', { cache: folder, own: folder });
  unstripped = await openDataset('mail-unstripped', { cache: folder, own: folder });
  examples = (await readExamples(await cacheOf('mail'))) ?? [];
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function cacheOf(name: string): Promise<string> {
  const file = (await readdir(folder)).find((found) => found.replace(/-[0-9a-f]{16}\..*/, '') === name);
  return join(folder, file ?? 'missing');
}

/** Counted by other code (Python's `email`) from the same rules, before this code was written. */
const counted: Record<string, Record<string, number>> = {
  spam: { ham: 4150, spam: 1896 },
  topic: {
    fork: 1060,
    rssfeeds: 623,
    ilug: 544,
    rpm: 397,
    exmh: 229,
    razor: 213,
    satalk: 168,
    spambayes: 142,
    forteana: 131,
    cnet: 85,
  },
  automated: { person: 2755, program: 911 },
  html: { no: 4764, yes: 1282 },
  platform: { unix: 1184, windows: 688 },
  reply: { reply: 2308, new: 652 },
};

test.each(Object.keys(counted))('%s has about as many mails of each label as were counted before', (capability) => {
  const found: Record<string, number> = {};
  for (const { labels } of examples) {
    const label = labels[capability];
    if (label !== undefined) found[label] = (found[label] ?? 0) + 1;
  }
  expect(Object.keys(found).sort()).toEqual(mail.labels[capability]);
  for (const [label, count] of Object.entries(counted[capability] ?? {})) {
    // `automated`: mails that say both have no label here; `platform`: a few programs more are known for Windows.
    const off = { automated: 0.07, platform: 0.05, reply: 0.03 }[capability] ?? 0.01;
    expect(Math.abs((found[label] ?? 0) / count - 1), `${label}: ${found[label]} for ${count}`).toBeLessThan(off);
  }
});

test('parts are near 60/20/20, for all mails and for every label', () => {
  const all = parts.map((part) => mail.part(part).length);
  expect(all.reduce((sum, count) => sum + count)).toBe(6046);
  expect((all[0] ?? 0) / 6046).toBeCloseTo(0.6, 1);
  for (const [capability, labels] of Object.entries(mail.labels)) {
    for (const label of labels) {
      const held = mail.part('held-out').filter((example) => example.labels[capability] === label).length;
      const whole = examples.filter((example) => example.labels[capability] === label).length;
      expect(held / whole, label).toBeGreaterThan(0.14);
      expect(held / whole, label).toBeLessThan(0.28);
    }
  }
});

test('no group straddles parts, and no text is in two parts', () => {
  const [groups, texts] = [new Map<string, string>(), new Map<string, string>()];
  for (const { group, part, text } of examples) {
    expect(groups.get(group) ?? part).toBe(part);
    expect(texts.get(text) ?? part).toBe(part);
    groups.set(group, part);
    texts.set(text, part);
  }
});

test('comparing held-out mails with all of training finds no near-duplicate but a rare one', () => {
  const training = mail.part('train').map(({ text }) => shingles(tokenize(text)));
  const sample = mail.part('held-out').slice(0, 150);
  const near = sample.filter(({ text }) => {
    const own = shingles(tokenize(text));
    return training.some((other) => {
      // Sets whose sizes differ by more can't be so similar.
      const likely = Math.min(own.size, other.size) >= nearDuplicate * Math.max(own.size, other.size);
      return likely && jaccard(own, other) >= nearDuplicate;
    });
  });
  expect(near.map(({ id }) => id).slice(1)).toEqual([]);
});

test('the same mails in another order give the same examples', async () => {
  const raw = (await installedMails.read()).filter((_, index) => index % 12 === 0);
  const [forwards, backwards] = [await prepareMails(raw), await prepareMails(raw.toReversed())];
  expect(toDataset('mail', backwards.mail).digest).toBe(toDataset('mail', forwards.mail).digest);
  expect(backwards).toEqual(forwards);
}, 300_000);

test('opening what was prepared is quick, and a damaged file is made again, just as it was', async () => {
  const started = performance.now();
  expect((await openDataset('mail', { cache: folder, own: folder })).digest).toBe(mail.digest);
  // Half a second where nothing else runs.
  expect(performance.now() - started).toBeLessThan(3000);
  await writeFile(await cacheOf('mail'), 'damaged');
  expect((await openDataset('mail', { cache: folder, own: folder })).digest).toBe(mail.digest);
}, 300_000);

test('only HTML mails differ when HTML is left in, and they hold tags', () => {
  for (const part of parts) {
    const raw = unstripped.part(part);
    for (const [index, { id, text, labels }] of mail.part(part).entries()) {
      expect(raw[index]?.id).toBe(id);
      expect(raw[index]?.labels).toEqual(labels);
      if (labels['html'] === 'no') expect(raw[index]?.text).toBe(text);
    }
  }
  const html = unstripped.part('train').filter(({ labels }) => labels['html'] === 'yes');
  expect(html.filter(({ text }) => /<\/?\w+[^<>]*>/.test(text)).length / html.length).toBeGreaterThan(0.95);
});

function accuracyOf(capability: string, dataset = mail): number {
  const labelled = (part: 'train' | 'held-out') => dataset.part(part).filter(({ labels }) => capability in labels);
  const [train, held] = [labelled('train'), labelled('held-out')];
  const truth = (all: typeof train) => all.map(({ labels }) => labels[capability] ?? '');
  const model = fitLinear(
    train.map(({ text }) => text),
    truth(train),
  );
  const answers = model.predict(held.map(({ text }) => text));
  return truth(held).filter((label, index) => answers[index]?.label === label).length / held.length;
}

// Above: the text tells more than people would read in it. Below: the text or the model lost something.
test.each([
  ['spam', 0.94, 0.985],
  ['topic', 0.66, 0.8],
  ['automated', 0.82, 0.93],
  ['html', 0.84, 0.94],
  ['platform', 0.68, 0.8],
  ['reply', 0.76, 0.9],
])('a linear model is as accurate at %s as is honest', (capability, low, high) => {
  const accuracy = accuracyOf(capability);
  expect(accuracy).toBeGreaterThan(low);
  expect(accuracy).toBeLessThan(high);
});

test('with tags left in, HTML is told at once', () => {
  expect(accuracyOf('html', unstripped)).toBeGreaterThan(0.98);
});
