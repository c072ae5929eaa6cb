/** Recorded histories of real releases replay on today's workflows: a change that would break running ones fails here. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../../src/platform/workflow-bundle.ts';

const folder = path.resolve('test/histories');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
let bundle: WorkflowBundleOption;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  bundle = await workflowBundle();
}, 120_000);

describe('histories', () => {
  it('are there: of releases and of rollouts', () => {
    expect(files.length).toBeGreaterThanOrEqual(4);
  });

  it.each(files)('%s replays', async (name) => {
    const history = historyFromJSON(JSON.parse(readFileSync(path.join(folder, name), 'utf8')));
    const id = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? name;
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, history, id)).resolves.toBeUndefined();
  });

  it('a history that tells another story does not', async () => {
    const text = readFileSync(path.join(folder, files[0] ?? ''), 'utf8');
    const changed = historyFromJSON(
      JSON.parse(text.replaceAll('"readPlan"', '"readAnother"').replaceAll('"examine"', '"look"')),
    );
    await expect(Worker.runReplayHistory({ workflowBundle: bundle }, changed, 'changed')).rejects.toThrow(
      /ondeterminis/,
    );
  });
});
