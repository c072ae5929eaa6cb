/** Pictures of requests: drawn with our own font, in the thread once, and never in the way of the request. */
import { inflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebClient } from '@slack/web-api';
import type { ReleaseReport, Waiting } from '../../src/domain/report.ts';
import { chartOf } from '../../src/slack/chart.ts';
import { deliver } from '../../src/slack/delivery.ts';
import { pngOf } from '../../src/slack/picture.ts';
import { deliverPictures } from '../../src/slack/pictures.ts';
import { baking, justStarted, waiting as sample } from '../fixtures/report-mail.ts';
import { fakeOutbox } from '../support/fake-records.ts';
import { unbalanced } from '../support/markup.ts';
import { startSlackApi, type SlackApi } from '../support/slack/api.ts';
import { slackOptions } from '../support/slack/example-workspace.ts';
import { clientOf } from '../support/slack/official-client.ts';

const channel = 'C0RELEASES';

function waitingOf({ waiting }: ReleaseReport): Waiting {
  if (waiting === null) throw new Error('nothing waits');
  return waiting;
}

/** Asks after the gray release of its first stage. */
const asksInGray: ReleaseReport = {
  ...baking,
  waiting: {
    ...waitingOf(sample),
    stage: 1,
    step: 'gray',
    findings: baking.stages[0]?.verdicts.gray?.findings ?? [],
    since: '2026-01-05T14:05:00.000Z',
  },
};

/** Width, height and the pixels that are not white, of a PNG with 8 bits a channel; read without the library that wrote it. */
function readPng(png: Uint8Array): { width: number; height: number; inked: number } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const [width, height, depth, colour] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20), bytes[24], bytes[25]];
  expect([depth, colour]).toEqual([8, 6]);
  const data: Buffer[] = [];
  for (let at = 8; at < bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT')
      data.push(bytes.subarray(at + 8, at + 8 + bytes.readUInt32BE(at)));
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = 4 * width;
  const pixels = Buffer.alloc(stride * height);
  let inked = 0;
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let i = 0; i < stride; i++) {
      const a = i < 4 ? 0 : (pixels[y * stride + i - 4] ?? 0);
      const b = y === 0 ? 0 : (pixels[(y - 1) * stride + i] ?? 0);
      const c = i < 4 || y === 0 ? 0 : (pixels[(y - 1) * stride + i - 4] ?? 0);
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
      const paeth = pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
      const guess = [0, a, b, (a + b) >> 1, paeth][filter] ?? 0;
      pixels[y * stride + i] = ((raw[y * (stride + 1) + 1 + i] ?? 0) + guess) & 255;
    }
  }
  for (let i = 0; i < pixels.length; i += 4) {
    // Opaque everywhere: what lies behind it, light or dark, is not seen.
    if (pixels[i + 3] !== 255) throw new Error(`pixel ${i / 4} lets through what is behind it`);
    if ((pixels[i] ?? 0) + (pixels[i + 1] ?? 0) + (pixels[i + 2] ?? 0) < 3 * 200) inked += 1;
  }
  return { width, height, inked };
}

describe('a drawing', () => {
  test('of an internal test shows accuracies and their differences; of a gray release who had it and how it did', () => {
    const before = chartOf(sample, waitingOf(sample));
    expect(before?.words).toBe(
      'Accuracy: topic 0.612, automated 0.851. Accuracy, candidate − stable: topic +0.211 [+0.163, +0.259], automated +0.015 [-0.009, +0.039].',
    );
    const exposed = chartOf(asksInGray, waitingOf(asksInGray));
    expect(exposed?.words).toMatch(
      /^Exposure: 0 %, then 2 %, then 10 % of users\. Candidate − stable: spam: error rate 0/,
    );
    for (const chart of [before, exposed]) {
      expect(unbalanced(chart?.svg ?? '')).toEqual([]);
      expect(chart?.title).toMatch(/^mail-assistant v2 beside v1 · stage \d of 3 · (internal test|gray)$/);
    }
  });

  test('is not made where there is nothing to show', () => {
    expect(chartOf({ ...justStarted, waiting: sample.waiting }, waitingOf(sample))).toBeNull();
  });

  test('takes any name, and any number of capabilities', () => {
    const stage = sample.stages[1];
    const [one] = stage?.examinations ?? [];
    if (stage === undefined || one === undefined) throw new Error('nothing was examined');
    const names = ['<b> & "x"', '功能', 'x'.repeat(64), ...Array.from({ length: 30 }, (_, i) => `capability ${i}`)];
    const examinations = names.map((capability) => ({ ...one, capability }));
    const many = { ...sample, stages: sample.stages.map((s) => (s.number === 2 ? { ...stage, examinations } : s)) };
    const chart = chartOf(many, waitingOf(many));
    expect(unbalanced(chart?.svg ?? '')).toEqual([]);
    expect(chart?.svg).toContain('&lt;b&gt; &amp;');
    expect(chart?.svg).toContain('and 23 more');
  });

  test('is legible on a machine without fonts, on any background', async () => {
    const { svg = '' } = chartOf(sample, waitingOf(sample)) ?? {};
    const whole = readPng(await pngOf(svg));
    const wordless = readPng(await pngOf(svg.replaceAll(/<text[^>]*>[^<]*<\/text>/g, '')));
    expect(whole.width).toBe(1440);
    expect(whole.inked - wordless.inked).toBeGreaterThan(10_000);
  });
});

describe('in Slack', () => {
  let slack: SlackApi;
  let client: WebClient;
  let lines: string[];
  let stop: () => Promise<void>;
  let report: ReleaseReport;
  let draw: ((svg: string) => Promise<Buffer>) | undefined;

  beforeEach(async () => {
    slack = await startSlackApi(slackOptions());
    client = clientOf(slack, slackOptions().botToken, { retryConfig: { retries: 0 }, rejectRateLimitedCalls: true });
    [lines, stop, report, draw] = [[], async () => undefined, structuredClone(sample), undefined];
  });
  afterEach(async () => {
    await stop();
    await slack.close();
  });

  const outboxOf = () => fakeOutbox(() => new Map([[report.id, 1]]));

  function begin(outbox = outboxOf()): void {
    const ending = new AbortController();
    const around = {
      client,
      channel,
      outbox,
      releases: { find: async () => report },
      policies: { current: async () => ({ people: {} }) },
      delegations: { list: async () => [] },
      pageOf: () => null,
      say: (line: string) => void lines.push(line),
    };
    const pictures = { ...around, ...(draw === undefined ? {} : { draw }) };
    const ended = Promise.all([deliver(around, ending.signal), deliverPictures(pictures, ending.signal)]);
    stop = async () => {
      ending.abort();
      await ended;
    };
  }

  const asked = () => slack.messages(channel).filter(({ blocks }) => JSON.stringify(blocks).includes('gradus.approve'));
  const shown = () => slack.messages(channel).flatMap(({ files = [] }) => files);

  test('a request’s picture is in its thread, with words for those who cannot see it', async () => {
    begin();
    await expect.poll(shown, { timeout: 10_000 }).toHaveLength(1);
    const [file] = shown();
    expect(file).toMatchObject({
      name: 'mail-assistant-2-stage-2-internal-test-5f2c-20260105T140506000.png',
      title: 'mail-assistant v2 beside v1 · stage 2 of 3 · internal test',
      altText: expect.stringContaining('topic 0.612'),
    });
    expect(readPng(file?.bytes ?? new Uint8Array()).width).toBe(1440);
    const [first] = slack.messages(channel);
    const message = slack.messages(channel).find(({ files }) => files !== undefined);
    expect(message?.thread_ts).toBe(first?.ts);
    expect(lines).toEqual([]);
  });

  test('answers that are lost, a limit and a failed upload show it once, and the request does not wait', async () => {
    slack.limit('files.getUploadURLExternal', { times: 1, retryAfterSeconds: 1 });
    slack.fail('files.completeUploadExternal', { times: 1, status: 503 });
    slack.loseAnswer('files.completeUploadExternal', 1);
    begin();
    await expect.poll(asked).toHaveLength(1);
    expect(shown()).toEqual([]);
    await expect.poll(() => slack.calls('files.completeUploadExternal').length, { timeout: 20_000 }).toBe(2);
    await expect.poll(shown).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(shown()).toHaveLength(1);
    expect(slack.calls('files.completeUploadExternal')).toHaveLength(2);
  }, 30_000);

  test('an app without the scope is told of once, and everything else goes on', async () => {
    slack.refuse('files.getUploadURLExternal', { times: 1, code: 'missing_scope' });
    begin();
    await expect
      .poll(() => lines, { timeout: 5_000 })
      .toEqual([expect.stringMatching(/refuses them \(missing_scope\); give the app the scope files:write/)]);
    expect(asked()).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(slack.calls('files.getUploadURLExternal')).toHaveLength(1);
  });

  test('a machine that cannot draw goes on without', async () => {
    draw = () => Promise.reject(new Error('Cannot find native binding'));
    begin();
    await expect
      .poll(() => lines, { timeout: 5_000 })
      .toEqual([expect.stringMatching(/cannot be drawn here: Cannot find native/)]);
    expect(asked()).toHaveLength(1);
    expect(slack.calls('files.getUploadURLExternal')).toEqual([]);
  });
});
