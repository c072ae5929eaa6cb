/** A process that is started alone on a port that another program has: it says which, by which setting, and what to do. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshHome, gradus } from '../support/gradus.ts';

const { environment, remove } = freshHome();
const other = createServer();
let port = 0;

beforeAll(async () => {
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  other.close();
  remove();
});

test.each([
  ['gateway', 'GRADUS_GATEWAY_PORT', {}],
  ['console', 'GRADUS_CONSOLE_PORT', { GRADUS_OIDC_ISSUER: 'http://127.0.0.1:1', GRADUS_OIDC_AUDIENCE: 'gradus' }],
  [
    'slack',
    'GRADUS_SLACK_PORT',
    {
      GRADUS_SLACK_BOT_TOKEN: 'xoxb-1',
      GRADUS_SLACK_CHANNEL: 'C012AB3CD',
      GRADUS_SLACK_SIGNING_SECRET: '0123456789abcdef',
    },
  ],
])('gradus %s', async (command, setting, more) => {
  const away = { DATABASE_URL: 'postgres://127.0.0.1:1/none', TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const { code, err } = await gradus([command], { ...environment, ...away, ...more, [setting]: String(port) });
  expect(code).toBe(2);
  expect(err).toContain(`Port ${port} is taken by another program. Stop it, or set ${setting} to another port`);
  expect(err).not.toContain('mistake in Gradus');
});
