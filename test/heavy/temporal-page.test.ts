/** A live release in Temporal's UI, as an operator sees it in a real browser; the pictures of docs/temporal-ui.md are taken here. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findParts } from '../../src/platform/parts.ts';
import type { release } from '../../workflows/index.ts';
import { gradus } from '../support/gradus.ts';
import { startSystem, until, type System } from './system.ts';

/** Where `npm run screenshots` wants the pictures; else they go with the test. */
const wanted = process.env['GRADUS_SCREENSHOTS'];
const folder = wanted ?? mkdtempSync(path.join(tmpdir(), 'gradus-pictures-'));
const largest = 200_000;
const id = 'mail-assistant-2';
const columns = [
  'Status',
  'Workflow ID',
  'GradusModel',
  'GradusVersion',
  'GradusStage',
  'GradusStep',
  'GradusExposure',
  'GradusWaiting',
];

let system: System;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  system = await startSystem();
  const { chromium: executablePath } = findParts();
  if (executablePath === null) throw new Error('Chromium is missing: node scripts/setup.mjs --test');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  browser = await chromium.launch({ executablePath, args });
  page = await browser.newPage({ viewport: { width: 1440, height: 900 }, timezoneId: 'UTC' });
  // As a person would choose them, under "Configure".
  const chosen = JSON.stringify(JSON.stringify({ default: columns.map((label) => ({ label })) }));
  await page.addInitScript(`localStorage.setItem('namespace-workflow-table-columns', ${chosen})`);
}, 240_000);
afterAll(async () => {
  await browser.close();
  await system.stop();
  if (wanted === undefined) rmSync(folder, { recursive: true });
}, 60_000);

const small = { data: 'mail', share: 0.05, epochs: 2, units: 16, embedding: 16 };
const first = {
  model: 'mail-assistant',
  train: small,
  capabilities: ['spam', 'html'],
  strategy: 'one-shot',
  'internal test': { gate: 'accuracy >= 0.1' },
};
const second = {
  model: 'mail-assistant',
  train: { ...small, epochs: 3 },
  capabilities: { spam: { importance: 9 }, html: { importance: 2 } },
  strategy: 'gradual',
  stages: [['spam'], ['html']],
  'internal test': { gate: 'accuracy >= 0.1', approval: { from: ['ann', 'bob'], within: '2 days' } },
  gray: { ramp: ['10%', '40%'], bake: '1 hour', 'check every': '20 s', 'min rated': 20 },
  full: { approval: { from: 'ann', within: '2 days' } },
};

describe("a release's page in Temporal's UI", () => {
  it('says the state, the exposure, what it waits for, and what comes next', async () => {
    await (await system.start('mail-assistant-1', first)).result();
    const started = await gradus(['release', 'start', '-', '--by', 'carl'], system.environment, JSON.stringify(second));
    expect(started.code, started.err).toBe(0);
    const handle = system.client.workflow.getHandle<typeof release>(id);
    await until(handle, 'waiting for ann', (report) => report.waiting !== null);

    await open(id);
    await openDetails();
    const asked = await details(/Waits for/);
    expect(asked).toContain('State: running');
    expect(asked).toContain('0 % of all users have its candidate');
    expect(asked).toContain('Waits for 1 approval of ann, bob');
    expect(asked).toMatch(/Until \d+ Nov|Until \d+ \w{3}/);
    expect(asked).toContain('When rejected, the users of this stage go back to stable');
    expect(asked).toContain('Next, when approved: 10 % of users get spam');
    expect(asked).toContain('{"by": "your name", "why": "your reason"}');
    await picture('waiting');
    await openUpdate();
    await picture('update', { x: 320, y: 190, width: 800, height: 520 });

    await handle.executeUpdate('approve', { args: [{ by: 'ann', why: 'better on every list' }] });
    await until(handle, 'exposed', ({ exposures }) => exposures.length > 0);
    await use();
    await page.waitForTimeout(3_000);
    await open(id);
    await openDetails();
    const held = await details(/Gray release of stage 1/);
    expect(held).toContain('Stage 1 of 2; 10 % of all users have its candidate');
    expect(held).toMatch(/10 % of all users have it since .* UTC; the share is held for 1 hour, until/);
    expect(held).toContain('Next: 40 % of users get spam');
    await picture('release');
    await open(`${id}/1`);
    await page.getByText('Timeline', { exact: true }).last().scrollIntoViewIfNeeded();
    await page.mouse.wheel(0, 700);
    await expect
      .poll(() => page.locator('body').innerText(), { timeout: 20_000 })
      .toContain('Gives spam of the candidate to 10 % of users');
    await page.waitForTimeout(1_000);
    await picture('timeline');
    await page.goto(workflows(system));
    await expect.poll(() => page.locator('body').innerText(), { timeout: 20_000 }).toMatch(/spam\s+gray\s+0\.1/);
    await picture('list');

    await page.goto(`${workflows(system)}/start-workflow`);
    await page.locator('#workflowId').fill('mail-assistant-3');
    await page.locator('#taskQueue').fill('gradus');
    await page.locator('#workflowType').fill('release');
    await page.locator('.cm-content').first().click();
    await page.keyboard.insertText('{"plan": "mail", "by": "carl"}');
    await page.locator('#workflowId').click();
    await page.waitForTimeout(1_000);
    await picture('start');
  }, 300_000);

  it('is found by the queries of the docs', async () => {
    const text = readFileSync('docs/temporal-ui.md', 'utf8');
    const queries = [...text.matchAll(/\| `((?:Gradus|WorkflowType)[^`]* (?:=|>|IN) [^`]*)` *\|/g)].map(
      ([, query]) => query ?? '',
    );
    expect(queries.length).toBeGreaterThan(5);
    const found = new Map<string, string[]>();
    for (const query of queries) {
      const ids: string[] = [];
      for await (const { workflowId } of system.client.workflow.list({ query })) ids.push(workflowId);
      found.set(query, ids);
    }
    expect(found.get('GradusExposure > 0 AND ExecutionStatus = "Running"')).toEqual([id]);
    expect(found.get('GradusModel = "mail-assistant"')?.toSorted()).toEqual([
      'mail-assistant-1',
      'mail-assistant-1/1',
      id,
      `${id}/1`,
    ]);
    expect(found.get('GradusWaiting = "yes" AND ExecutionStatus = "Running"')).toEqual([]);
  });

  it('has a summary on every timer and activity, and a memo of who started which plan', async () => {
    for (const workflow of [id, `${id}/1`]) {
      const { events } = await system.client.workflow.getHandle(workflow).fetchHistory();
      const described = (events ?? []).filter(
        ({ timerStartedEventAttributes: timer, activityTaskScheduledEventAttributes: activity, ...event }) =>
          Boolean(timer ?? activity) || event.markerRecordedEventAttributes?.markerName === 'core_local_activity',
      );
      expect(described.length).toBeGreaterThan(3);
      for (const event of described) {
        const text = Buffer.from(event.userMetadata?.summary?.data ?? []).toString();
        expect(text, JSON.stringify(event)).toMatch(/^".{8,160}"$/);
      }
    }
    const { memo } = await system.client.workflow.getHandle(id).describe();
    expect(memo).toEqual({
      model: 'mail-assistant',
      strategy: 'gradual',
      plan: 'given with the start',
      startedBy: 'carl',
    });
  });
});

async function open(workflow: string): Promise<void> {
  await page.goto(`${workflows(system)}/${encodeURIComponent(workflow)}`);
  await page.getByText('User Metadata').first().waitFor({ timeout: 20_000 });
  await page.waitForTimeout(2_000);
}

function workflows({ addresses }: System): string {
  return `${addresses.temporalUi}/namespaces/default/workflows`;
}

async function openDetails(): Promise<void> {
  await page.getByText('User Metadata').first().click();
}

/** Fills in the form, without sending it. */
async function openUpdate(): Promise<void> {
  await page.getByText('More Actions').filter({ visible: true }).first().click();
  await page.getByText('Send an Update').filter({ visible: true }).first().click();
  await page.getByTestId('update-select-button').filter({ visible: true }).click();
  await page.waitForTimeout(500);
  await page.getByText('Approves what waits').filter({ visible: true }).click();
  await page.locator('.cm-content').filter({ visible: true }).last().click();
  await page.keyboard.insertText('{"by": "ann", "why": "looks right"}');
  await page.waitForTimeout(500);
}

/** What the page says, current details among it, as soon as it matches; Markdown is drawn in frames of its own. */
async function details(expected: RegExp): Promise<string> {
  const read = async (): Promise<string> => {
    await page.keyboard.press('r');
    const texts = page.frames().map((frame) =>
      frame
        .locator('body')
        .innerText({ timeout: 1000 })
        .catch(() => ''),
    );
    return (await Promise.all(texts)).join(' ').replaceAll(/\s+/g, ' ');
  };
  await expect.poll(read, { timeout: 30_000, interval: 1000 }).toMatch(expected);
  return read();
}

async function picture(name: string, clip?: { x: number; y: number; width: number; height: number }): Promise<void> {
  const file = path.join(folder, `${name}.png`);
  await page.screenshot(clip === undefined ? { path: file } : { path: file, clip });
  expect(statSync(file).size).toBeLessThan(largest);
}

/** Users ask and rate, so that there are numbers to look at. */
async function use(): Promise<void> {
  const post = (place: string, body: object): Promise<Response> =>
    fetch(`${system.addresses.gateway}${place}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  for (let i = 0; i < 100; i++) {
    const text = `Dear user ${i}, you have won a prize. Click here to claim it.`;
    const answer: unknown = await (
      await post('/v1/predict', { model: 'mail-assistant', capability: 'spam', user: `u-${i}`, text })
    ).json();
    if (typeof answer !== 'object' || answer === null || !('id' in answer)) throw new Error(JSON.stringify(answer));
    await post('/v1/feedback', { id: answer.id, satisfaction: i % 5 === 0 ? 0 : 1 });
  }
}
