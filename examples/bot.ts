/**
 * A bot that decides what releases wait for, with nothing but a Temporal client: it approves what its rule allows, by
 * Signal. Its contract is docs/messages.md. Run it with TEMPORAL_ADDRESS, and the name under which it decides:
 * `node dist/examples/bot.js night-bot`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';

/** What of a release's state the bot looks at. */
interface State {
  waiting: {
    id: string;
    digest: string;
    question: string;
    from: string[];
    approvedBy: string[];
    findings: { state: 'holds' | 'breached' | 'open' }[];
  } | null;
}

const [by = 'bot'] = process.argv.slice(2);
const connection = await Connection.connect({ address: process.env['TEMPORAL_ADDRESS'] ?? '127.0.0.1:7233' });
const client = new Client({ connection, namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default' });
const said = new Set<string>();

for (;;) {
  const query = "WorkflowType = 'release' AND ExecutionStatus = 'Running' AND GradusWaiting = 'yes'";
  try {
    for await (const { workflowId } of client.workflow.list({ query })) await decide(workflowId);
  } catch (error) {
    // No worker runs, one is just taking over, or the release has ended: it is looked at again.
    console.error(error instanceof Error ? error.message : error);
  }
  await sleep(1_000);
}

async function decide(workflowId: string): Promise<void> {
  const release = client.workflow.getHandle(workflowId);
  const { waiting } = await release.query<State>('state');
  if (waiting === null || !isMine(waiting) || said.has(`${workflowId} ${waiting.digest}`)) return;
  if (!waiting.findings.every(({ state }) => state === 'holds')) return;
  // The same id however often it is sent: the release obeys it once.
  const id = `${by} ${workflowId} ${waiting.id} ${waiting.digest}`;
  const why = `all ${waiting.findings.length} conditions hold`;
  await release.signal('approve', { by, why, via: 'bot', id, request: waiting.id, evidence: waiting.digest });
  said.add(`${workflowId} ${waiting.digest}`);
  console.log(`${workflowId}: approved "${waiting.question}" (${why})`);
}

function isMine({ from, approvedBy }: NonNullable<State['waiting']>): boolean {
  return (from.length === 0 || from.includes(by)) && !approvedBy.includes(by);
}
