/** From a press in Slack to the routes that the gateway serves, with 50 releases under way; beside an Update without Slack. */
import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { root } from '../scripts/setup/places.mjs';
import { mean, median, writeResult } from './summary.mjs';

const releases = 50;
const goalMs = 500;
const signingSecret = 'bench-signing-secret';
const policy = { people: { ann: { roles: ['admin'], slack: 'U0ANN' }, root: { roles: ['operator'] } } };

export async function bench() {
  const slack = await startSlack();
  const home = mkdtempSync(join(tmpdir(), 'gradus-bench-'));
  const environment = {
    ...process.env,
    GRADUS_HOME: home,
    GRADUS_SLACK_BOT_TOKEN: 'xoxb-bench',
    GRADUS_SLACK_SIGNING_SECRET: signingSecret,
    GRADUS_SLACK_CHANNEL: 'C0BENCH',
    GRADUS_SLACK_API_URL: slack.url,
  };
  for (const name of ['GATEWAY', 'POSTGRES', 'TEMPORAL', 'TEMPORAL_UI', 'SLACK'])
    environment[`GRADUS_${name}_PORT`] = '0';
  const up = spawn(process.execPath, [join(root, 'bin', 'gradus.mjs'), 'up'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const printed = await untilReady(up);
    const { addresses } = JSON.parse(readFileSync(join(home, 'run.json'), 'utf8'));
    await setPolicy(environment);
    const connection = await Connection.connect({ address: addresses.temporal });
    const client = new Client({ connection, namespace: addresses.namespace });
    const times = await measure(client, addresses.gateway, /(http:\S+\/slack\/events)/.exec(printed)[1]);
    await connection.close();
    report(times);
  } finally {
    const ended = once(up, 'close');
    up.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
    slack.close();
  }
}

/** Milliseconds of each: half of the releases are decided by presses, half by Updates, turn by turn. */
async function measure(client, gateway, slackUrl) {
  const names = Array.from({ length: releases }, (_, i) => `bench-${i}`);
  console.log(`\n ${releases} releases, each of a small model of its own, are started …`);
  const handles = await Promise.all(
    names.map((name) =>
      client.workflow.start('release', {
        taskQueue: 'gradus',
        workflowId: name,
        args: [{ plan: planOf(name), by: 'root' }],
      }),
    ),
  );
  const requests = [];
  for (const handle of handles) requests.push((await until(async () => (await handle.query('state')).waiting)).id);
  const times = { approve: { press: [], update: [] }, rollback: { press: [], update: [] } };
  const version = async (model) => {
    const answer = await fetch(`${gateway}/v1/assignments?model=${model}&user=u-1`);
    return JSON.stringify((await answer.json()).assignments ?? null);
  };
  for (const operation of ['approve', 'rollback']) {
    for (const [i, handle] of handles.entries()) {
      const way = i % 2 === 0 ? 'press' : 'update';
      const before = await version(names[i]);
      const of = { release: names[i], ...(operation === 'approve' ? { request: requests[i] } : {}) };
      const since = performance.now();
      const sent =
        way === 'press' ? press(slackUrl, operation, of) : handle.executeUpdate(operation, { args: [{ by: 'ann' }] });
      await until(async () => (await version(names[i])) !== before, 10);
      times[operation][way].push(performance.now() - since);
      await sent;
    }
  }
  return times;
}

function planOf(model) {
  return {
    model,
    train: { data: 'mail', share: 0.05, epochs: 1, units: 16, embedding: 16, vocabulary: 500 },
    capabilities: ['spam'],
    strategy: 'gray',
    'internal test': { gate: 'accuracy >= 0', approval: { from: 'ann' } },
    gray: { ramp: ['100%'], bake: '1 hour', 'check every': '5 s' },
  };
}

async function press(url, operation, of) {
  const payload = {
    type: 'block_actions',
    user: { id: 'U0ANN', team_id: 'T0' },
    team: { id: 'T0', domain: 'bench' },
    api_app_id: 'A0',
    token: 'x',
    trigger_id: 't',
    channel: { id: 'C0BENCH' },
    actions: [
      {
        type: 'button',
        action_id: `gradus.${operation}`,
        block_id: 'b',
        value: JSON.stringify(of),
        action_ts: String(Date.now() / 1000),
      },
    ],
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.trunc(Date.now() / 1000));
  const signature = createHmac('sha256', signingSecret).update(`v0:${timestamp}:${body}`).digest('hex');
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${signature}`,
  };
  const answer = await fetch(url, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`the press was answered with ${answer.status}`);
}

function report(times) {
  const result = {};
  console.log(`\n from a press to what the gateway serves, ${releases} releases under way`);
  for (const [operation, ways] of Object.entries(times)) {
    for (const [way, ms] of Object.entries(ways)) {
      const sorted = [...ms].sort((a, b) => a - b);
      const at = (share) => sorted[Math.ceil(share * sorted.length) - 1];
      const figures = { n: ms.length, median: median(ms), mean: mean(ms), p99: at(0.99), most: sorted.at(-1), ms };
      (result[operation] ??= {})[way] = figures;
      const goal = way === 'press' ? ` ${figures.p99 < goalMs ? '✓' : '✗'} p99 below ${goalMs} ms` : '';
      console.log(
        `   ${operation.padEnd(9)} by ${way.padEnd(7)} median ${figures.median.toFixed(0).padStart(4)} ms, p99 ${figures.p99.toFixed(0).padStart(4)} ms${goal}`,
      );
    }
  }
  console.log(`\n written to ${relative(root, writeResult('operators', { releases, operations: result }))}`);
}

/** As much of Slack as the app asks for: it takes every message. */
async function startSlack() {
  let last = 0;
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ ok: true, ts: `1.${++last}`, user_id: 'U0BOT', bot_id: 'B0', team_id: 'T0', messages: [] }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${server.address().port}/api/`, close: () => server.close() };
}

async function setPolicy(environment) {
  const set = spawn(process.execPath, [join(root, 'bin', 'gradus.mjs'), 'policy', 'set', '-'], {
    env: environment,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  set.stdin.end(JSON.stringify(policy));
  const [code] = await once(set, 'close');
  if (code !== 0) throw new Error('the policy was not set');
}

/** What it has printed until it is ready; what it prints later is said, since nothing should happen then. */
function untilReady(child) {
  return new Promise((resolve, reject) => {
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (printed.includes('Ready:')) console.log(text.trimEnd());
      printed += text;
      if (printed.includes('Ready:')) resolve(printed);
    });
    child.once('close', (code) => reject(new Error(`gradus up ended with ${code}:\n${printed}`)));
  });
}

async function until(holds, everyMs = 50, withinMs = 600_000) {
  for (const end = Date.now() + withinMs; Date.now() < end;) {
    const value = await holds();
    if (value) return value;
    await sleep(everyMs);
  }
  throw new Error('it did not come about');
}
