import { createServer, type Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { simulateUsers, type SimulatedUsersOptions } from '../../src/cli/simulated-users.ts';
import { stickiness } from '../../src/cli/stickiness.ts';
import type { Example } from '../../src/datasets/dataset.ts';
import { nobody } from '../../src/domain/route.ts';
import { createFakePorts } from '../support/fake-ports.ts';
import { testGateway, type TestGateway } from '../support/test-gateway.ts';

vi.setConfig({ testTimeout: 60_000 });

const model = 'mail';
/** Half of the mails are what the version `old` answers, half what `new` does: both answer with their own name. */
const examples: Example[] = Array.from({ length: 100 }, (_, i) => ({
  id: `e-${i}`,
  text: `text ${i}`,
  labels: i % 2 === 0 ? { spam: 'old', html: 'old' } : { spam: 'new' },
}));

const open: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function gateway(): Promise<{ ports: ReturnType<typeof createFakePorts>; served: TestGateway }> {
  const ports = createFakePorts();
  await ports.routes.set({ model, capabilities: ['spam', 'html'], phase: '', to: { kind: 'full', candidate: 'old' } });
  const served = await testGateway({ routes: ports.routes, observations: ports.observations });
  open.push(() => served.close());
  return { ports, served };
}

/** Runs until `done` says so, or 20 seconds are over. */
async function simulate(
  url: string,
  done: () => boolean,
  options: Partial<SimulatedUsersOptions> = {},
): Promise<Awaited<ReturnType<typeof simulateUsers>>> {
  const ending = new AbortController();
  const looking = setInterval(() => done() && ending.abort(), 20);
  const late = setTimeout(() => ending.abort(), 20_000);
  try {
    return await simulateUsers({
      gateway: url,
      model,
      examples,
      capabilities: ['spam'],
      users: 200,
      perSecond: 400,
      testers: ['testers'],
      seed: 7,
      signal: ending.signal,
      ...options,
    });
  } finally {
    clearInterval(looking);
    clearTimeout(late);
  }
}

describe('simulated users', () => {
  it('rate what they get by the true label, with few slips, and correct some of it', async () => {
    const { ports, served } = await gateway();
    const stats = await simulate(served.url, () => ports.observations.feedback.length > 1500);
    expect(stats).toMatchObject({ failed: 0, unacknowledged: 0, flips: 0 });
    expect(stats.rated / stats.answered).toBeGreaterThan(0.8);
    await expect.poll(() => ports.observations.feedback.length).toBe(stats.rated);
    const said = ports.observations.feedback;
    const satisfied = said.filter((one) => one.satisfaction === 1).length / said.length;
    expect(Math.abs(satisfied - 0.5)).toBeLessThan(0.1);
    const corrected = said.filter((one) => one.correctLabel !== null);
    expect(corrected.length).toBe(stats.corrected);
    const honest = corrected.filter((one) => (one.correctLabel === one.label) === (one.satisfaction === 1)).length;
    expect(honest / corrected.length).toBeGreaterThan(0.9);
    expect(honest).toBeLessThan(corrected.length);
  });

  it('are different people who come back, a few of them testers', async () => {
    const { ports, served } = await gateway();
    await ports.routes.set({
      model,
      capabilities: ['spam'],
      phase: 'r/1/internal-test/0',
      to: { kind: 'exposed', candidate: 'new', exposure: { ...nobody, groups: ['testers'] } },
    });
    const stats = await simulate(
      served.url,
      () => new Set(ports.observations.answers.map((one) => one.user)).size >= 150,
    );
    expect(stats.users).toBeGreaterThanOrEqual(150);
    expect(stats.answered).toBeGreaterThan(stats.users);
    const testers = stats.exposedUsers['new'] ?? 0;
    expect(testers).toBeGreaterThan(0);
    expect(testers).toBeLessThanOrEqual(4);
    expect(stats.byVersion['new']).toBeGreaterThan(testers);
  });

  it('keep to the pace that they are given', async () => {
    const { served } = await gateway();
    const started = Date.now();
    const stats = await simulate(served.url, () => Date.now() - started > 2000, { perSecond: 50 });
    expect(stats.sent).toBeGreaterThan(50);
    expect(stats.sent).toBeLessThanOrEqual(115);
  });

  it('leave a capability alone that is not released, and try it again later', async () => {
    const { ports, served } = await gateway();
    await ports.routes.set({
      model,
      capabilities: ['html'],
      phase: '',
      to: { kind: 'restored', versions: { html: null } },
    });
    let asked = 0;
    const first = Date.now();
    const stats = await simulate(served.url, () => Date.now() - first > 2500, {
      capabilities: ['html', 'spam'],
      onStats: (now) => (asked = now.notReleased),
    });
    expect(asked).toBeGreaterThan(0);
    expect(stats.notReleased).toBeLessThan(150);
    expect(stats.answered).toBeGreaterThan(stats.notReleased);
    expect(stats.failed).toBe(0);
  });

  it('wait for a gateway that is away for a moment, and lose no feedback by it', async () => {
    const kept = new Map<string, number>();
    let hiccups = 0;
    const server: Server = createServer((request, response) => {
      let text = '';
      request.on('data', (part: Buffer) => (text += part.toString()));
      request.on('end', () => {
        const body: { feedbackId?: string } = JSON.parse(text);
        const place = request.url ?? '';
        // Every third request is cut off: of feedback, some after it was written down.
        hiccups += 1;
        if (place === '/v1/feedback' && body.feedbackId !== undefined) {
          kept.set(body.feedbackId, (kept.get(body.feedbackId) ?? 0) + 1);
        }
        if (hiccups % 3 === 0) return void request.socket.destroy();
        if (hiccups % 7 === 0) return void response.writeHead(503).end('{"code":"STORE_UNREACHABLE"}');
        const answer = { id: 'a', label: 'old', version: 'old', arm: 'stable' };
        response.writeHead(place === '/v1/predict' ? 200 : 202).end(JSON.stringify(answer));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => new Promise((resolve) => (server.closeAllConnections(), server.close(() => resolve()))));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const stats = await simulate(`http://127.0.0.1:${port}`, () => kept.size > 100);
    expect(stats.retried).toBeGreaterThan(20);
    // What is under way at the end is cut off after some seconds: on a busy machine a few are not acknowledged by then.
    expect(stats.failed + stats.unacknowledged).toBeLessThan(stats.rated / 4);
    expect(kept.size).toBeGreaterThanOrEqual(stats.rated);
    expect(kept.size).toBeLessThanOrEqual(stats.rated + stats.unacknowledged);
    expect(Math.max(...kept.values())).toBeGreaterThan(1);
  });

  it('see no flip while a ramp grows, nor in a rollback', async () => {
    const { ports, served } = await gateway();
    const shares = [0.1, 0.3, 0.6];
    let level = 0;
    const stats = await simulate(
      served.url,
      () => {
        const share = shares[level];
        if (share !== undefined && ports.observations.answers.length > level * 400) {
          const exposure = { ...nobody, gray: { salt: 's', share } };
          const to = { kind: 'exposed', candidate: 'new', exposure } as const;
          void ports.routes.set({ model, capabilities: ['spam'], phase: `r/1/gray/${level}`, to });
          level += 1;
        }
        if (level === 3 && ports.observations.answers.length > 1600) {
          void ports.routes.set({
            model,
            capabilities: ['spam'],
            phase: '',
            to: { kind: 'restored', versions: { spam: 'old' } },
          });
          level = 4;
        }
        return level === 4 && ports.observations.answers.length > 2000;
      },
      { perSecond: 600 },
    );
    expect(level).toBe(4);
    expect(stats.exposedUsers['new'] ?? 0).toBeGreaterThan(60);
    expect(stats.flips).toBe(0);
  });
});

describe('stickiness', () => {
  const served = (user: string, version: string, arm: string, at: number) =>
    ({ user, capability: 'spam', version, arm, sentAt: at, answeredAt: at + 1 }) as const;

  it('counts a user who went back while another still got the candidate later', () => {
    const sticky = stickiness();
    sticky.note(served('a', 'old', 'stable', 1));
    sticky.note(served('a', 'new', 'gray', 10));
    sticky.note(served('a', 'old', 'stable', 20));
    expect(sticky.flips()).toBe(0);
    sticky.note(served('b', 'new', 'gray', 30));
    expect(sticky.flips()).toBe(1);
    expect(sticky.users()).toEqual({ old: 1, new: 2 });
  });

  it('does not take an answer that came late for a step back', () => {
    const sticky = stickiness();
    sticky.note(served('a', 'new', 'gray', 10));
    sticky.note(served('a', 'old', 'stable', 5));
    sticky.note(served('b', 'new', 'gray', 30));
    expect(sticky.flips()).toBe(0);
  });

  it('does not count that the candidate becomes stable', () => {
    const sticky = stickiness();
    sticky.note(served('a', 'old', 'control', 1));
    sticky.note(served('b', 'new', 'treatment', 2));
    sticky.note(served('a', 'new', 'stable', 10));
    sticky.note(served('b', 'new', 'stable', 11));
    expect(sticky.flips()).toBe(0);
  });
});
