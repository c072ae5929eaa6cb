/** Releases started and decided with Temporal's own tools: the form of its UI in a real browser, and its command line. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findParts } from '../../src/platform/parts.ts';
import { smallPlan, startSystem, until, type System } from './system.ts';

const run = promisify(execFile);
const approval = { approval: { from: ['ann'], within: '10 minutes' } };
const quick = { strategy: 'one-shot', 'internal test': { gate: 'accuracy >= 0.5', ...approval }, full: approval };

let system: System;
let browser: Browser;

beforeAll(async () => {
  system = await startSystem();
  const { chromium: executablePath } = findParts();
  if (executablePath === null) throw new Error('Chromium is missing: node scripts/setup.mjs --test');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath, args });
}, 240_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
}, 60_000);

/** Temporal's command line; its exit code and everything that it printed. */
async function temporal(...args: string[]): Promise<{ code: number; text: string }> {
  const options = ['--address', system.addresses.temporal, '--color', 'never'];
  return run(findParts().temporal, [...args, ...options]).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: { code?: number; stdout?: string; stderr?: string }) => ({
      code: error.code ?? -1,
      text: `${error.stdout ?? ''}${error.stderr ?? ''}`,
    }),
  );
}

function handleOf(id: string) {
  return system.client.workflow.getHandle(id);
}

describe("Temporal's UI", () => {
  it('starts a release from its form; its page says what the release waits for; a Signal and an Update approve it', async () => {
    const id = 'mail-from-the-form';
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${system.addresses.temporalUi}/namespaces/default/workflows/start-workflow`);
    await page.locator('#workflowId').fill(id);
    await page.locator('#taskQueue').fill('gradus');
    await page.locator('#workflowType').fill('release');
    await page.locator('.cm-content').first().click();
    await page.keyboard.insertText(JSON.stringify({ plan: smallPlan(0.05, quick) }));
    // The form takes the input over, and moves, when the editor is left.
    await page.locator('#workflowId').click();
    const started = page.waitForResponse((response) => response.url().includes(`/workflows/${id}`), {
      timeout: 30_000,
    });
    await page.waitForTimeout(500);
    await page.getByTestId('start-workflow-button').click();
    expect((await started).status()).toBe(200);

    const waiting = await until(handleOf(id), 'waiting for ann', (report) => report.waiting !== null);
    expect(waiting.waiting?.step).toBe('internal test');

    await page.goto(`${system.addresses.temporalUi}/namespaces/default/workflows/${id}`);
    await page
      .getByText('User Metadata')
      .first()
      .click({ timeout: 20_000 })
      .catch(() => undefined);
    // Current details are asked of the workflow when somebody wants them fresh.
    const fresh = async (): Promise<string> => {
      await page.keyboard.press('r');
      // Markdown is drawn in a frame of its own.
      const texts = page.frames().map((frame) =>
        frame
          .locator('body')
          .innerText({ timeout: 1000 })
          .catch(() => ''),
      );
      return (await Promise.all(texts)).join(' ');
    };
    await expect.poll(fresh, { timeout: 30_000, interval: 1000 }).toContain('Waits for 1 approval of ann');

    const signal = await temporal(
      'workflow',
      'signal',
      '-w',
      id,
      '--name',
      'approve',
      '--input',
      '{"by": "ann", "why": "fine"}',
    );
    expect(signal.text).toMatch(/succeeded/i);
    await until(handleOf(id), 'waiting before full', (report) => report.waiting?.step === 'full');
    const update = await temporal(
      'workflow',
      'update',
      'execute',
      '-w',
      id,
      '--name',
      'approve',
      '--input',
      '{"by": "ann"}',
    );
    expect(update.text).toContain('approved: give');
    const report = await until(handleOf(id), 'at its end', ({ endedAt }) => endedAt !== null);
    expect(report.state, report.reason).toBe('released');
    expect(report.decisions.filter(({ by }) => by === 'ann').map(({ what, step }) => [what, step])).toEqual([
      ['approved', 'internal test'],
      ['approved', 'full'],
    ]);
  }, 300_000);
});

describe("Temporal's command line", () => {
  it('starts a release, shows it in columns, refuses what may not decide, and rejects by Update', async () => {
    const id = 'mail-from-the-command-line';
    const input = JSON.stringify({ plan: smallPlan(0.05, quick) });
    const start = await temporal(
      'workflow',
      'start',
      '--type',
      'release',
      '--task-queue',
      'gradus',
      '-w',
      id,
      '--input',
      input,
    );
    expect(start.code, start.text).toBe(0);
    await until(handleOf(id), 'waiting for ann', (report) => report.waiting !== null);

    const eve = await temporal(
      'workflow',
      'update',
      'execute',
      '-w',
      id,
      '--name',
      'approve',
      '--input',
      '{"by": "eve"}',
    );
    expect(eve.code).not.toBe(0);
    expect(eve.text).toContain('eve may not decide this; it is for ann');

    const list = await temporal(
      'workflow',
      'list',
      '--query',
      'GradusWaiting = "yes" AND GradusModel = "mail-assistant"',
    );
    expect(list.text).toContain(id);

    const reject = await temporal(
      'workflow',
      'update',
      'execute',
      '-w',
      id,
      '--name',
      'reject',
      '--input',
      '{"by": "ann", "why": "not yet"}',
    );
    expect(reject.text).toContain('rejected');
    const report = await until(handleOf(id), 'at its end', ({ endedAt }) => endedAt !== null);
    expect([report.state, report.reason]).toEqual(['rolledBack', 'rejected by ann: not yet']);
  }, 300_000);

  it('is told every problem of a bad plan', async () => {
    const input = JSON.stringify({
      plan: { model: 'mail', capabilities: ['spam', 'spam'], gray: { ramp: ['50%', '5%'] }, strtegy: 1 },
    });
    await temporal('workflow', 'start', '--type', 'release', '--task-queue', 'gradus', '-w', 'bad', '--input', input);
    const result = await temporal('workflow', 'result', '-w', 'bad');
    expect(result.code).not.toBe(0);
    for (const part of ['strtegy', 'ramp', 'spam', 'data']) expect(result.text).toContain(part);
  }, 60_000);
});
