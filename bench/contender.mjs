/** A program that is measured: it says `ready`, and for each line that it is given does one round and answers with JSON. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export async function startContender(name, command, args, env = {}) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said = (said + text).slice(-4000)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${name} ended with code ${await ended}:\n${said}`);
      // Libraries write to stdout too.
      if (value === 'ready' || value.startsWith('{')) return value;
    }
  };
  await answer();
  return {
    name,
    async round() {
      child.stdin.write('round\n');
      return JSON.parse(await answer());
    },
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
