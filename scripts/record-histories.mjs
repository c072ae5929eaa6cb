/**
 * Records histories for the replay test from a Temporal server that runs: `node scripts/record-histories.mjs ADDRESS
 * NAME=WORKFLOW_ID …` writes test/histories/NAME.json.
 */
import { writeFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const [address, ...pairs] = process.argv.slice(2);
if (address === undefined || pairs.length === 0) {
  console.error('usage: node scripts/record-histories.mjs ADDRESS NAME=WORKFLOW_ID …');
  process.exit(2);
}
const connection = await Connection.connect({ address });
const client = new Client({ connection });
for (const pair of pairs) {
  const [name, id] = pair.split('=');
  const history = await client.workflow.getHandle(id).fetchHistory();
  writeFileSync(`test/histories/${name}.json`, `${historyToJSON(history)}\n`);
  console.log(`test/histories/${name}.json: ${history.events?.length} events`);
}
await connection.close();
