import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { GradusError } from '../../src/domain/errors.ts';
import { nobody, type Exposure } from '../../src/domain/route.ts';
import { createFakePorts, type FakePorts } from '../support/fake-ports.ts';
import { fakeModels } from '../support/fake-models.ts';
import { testGateway, type TestGateway } from '../support/test-gateway.ts';

vi.setConfig({ testTimeout: 60_000 });

let open: TestGateway[] = [];
afterEach(async () => {
  for (const each of open) await each.close();
  open = [];
});

async function start(ports: FakePorts, options: Partial<Parameters<typeof testGateway>[0]> = {}): Promise<TestGateway> {
  const { routes, observations } = ports;
  const gateway = await testGateway({ routes, observations, ...options });
  open.push(gateway);
  return gateway;
}

const model = 'mail';
const capability = 'spam';

async function makeFull(ports: FakePorts, version: string, capabilities = [capability]): Promise<number> {
  return ports.routes.set({ model, capabilities, phase: '', to: { kind: 'full', candidate: version } });
}

async function expose(
  ports: FakePorts,
  exposure: Partial<Exposure>,
  level = 0,
  capabilities = [capability],
): Promise<number> {
  const to = { kind: 'exposed', candidate: 'new', exposure: { ...nobody, ...exposure } } as const;
  return ports.routes.set({ model, capabilities, phase: `r/1/gray/${level}`, to });
}

async function confirmed(ports: FakePorts, revision: number): Promise<void> {
  // One of the confirming gateways is the fake's own.
  await expect.poll(async () => (await ports.routes.confirmations(revision)).confirmed, { timeout: 10_000 }).toBe(2);
}

const ask = (gateway: TestGateway, user: unknown, text = 'hello') =>
  gateway.post('/v1/predict', { model, capability, user, input: { text } });

describe('a prediction', () => {
  test('comes from the version that the user is assigned, and says which', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { groups: ['staff'] });
    const gateway = await start(ports);
    expect(await ask(gateway, 'u-31')).toMatchObject({
      status: 200,
      body: { label: 'old', confidence: 0.5, version: 'old', arm: 'stable', id: expect.any(String) },
    });
    const staff = await ask(gateway, { id: 'u-31', groups: ['staff'] });
    expect(staff.body).toMatchObject({ version: 'new', arm: 'tester' });
    const plain = await gateway.post('/v1/predict', { model, capability, user: 'u-31', text: 'hello' });
    expect(plain.body).toMatchObject({ version: 'old' });
  });

  test('is written with a hash in the place of the user', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    await ask(gateway, 'ann@example.org');
    await ask(gateway, 'ann@example.org');
    await expect.poll(() => ports.observations.answers.length).toBe(2);
    expect(new Set(ports.observations.answers.map(({ user }) => user)).size).toBe(1);
    expect(JSON.stringify(ports.observations.answers)).not.toContain('ann');
    expect(ports.observations.answers[0]).toMatchObject({ capability, version: 'old', label: 'old', failed: false });
  });

  test('of what does not exist, or not yet, says so', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { gray: { salt: 's', share: 0 } }, 0, ['topic']);
    const gateway = await start(ports);
    const other = (changes: object) =>
      gateway.post('/v1/predict', { model, capability, user: 'u', text: 'x', ...changes });
    expect(await other({ capability: 'topic' })).toMatchObject({
      status: 404,
      body: { code: 'CAPABILITY_NOT_RELEASED' },
    });
    expect(await other({ capability: 'spm' })).toMatchObject({ status: 404, body: { code: 'CAPABILITY_UNKNOWN' } });
    expect(await other({ model: 'male' })).toMatchObject({ status: 404, body: { code: 'MODEL_UNKNOWN' } });
    expect(await gateway.get('/v1/nothing')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  });

  test('is refused with every problem of the request', async () => {
    const gateway = await start(createFakePorts());
    const reply = await gateway.post('/v1/predict', {
      capability: 7,
      user: { id: '', colour: 'red' },
      input: { text: 'x' },
    });
    expect(reply).toMatchObject({ status: 400, body: { code: 'REQUEST_INVALID' } });
    const problems = JSON.stringify(reply.body['problems']);
    for (const place of ['model', 'capability', 'user.id', 'user.colour']) expect(problems).toContain(place);
    expect(problems).not.toMatch(/expected|received|Invalid/);
    expect((await gateway.post('/v1/predict', { model, capability, text: 'x', user: 7 })).body['problems']).toEqual([
      'user: it is neither the id of a user nor {"id": …, "groups": […]}',
    ]);
    const cases: [object, string][] = [
      [{ model, capability, user: 'u' }, 'input'],
      [{ model, capability, user: 'u', text: 'a', input: { text: 'b' } }, 'once'],
      [{ model, capability, user: 'u', text: 'x'.repeat(200_001) }, 'text'],
    ];
    for (const [body, words] of cases) {
      const refused = await gateway.post('/v1/predict', body);
      expect(refused.status).toBe(400);
      expect(JSON.stringify(refused.body)).toContain(words);
    }
    const broken = await fetch(`${gateway.url}/v1/predict`, {
      method: 'POST',
      body: '{"model": ',
      headers: { 'content-type': 'application/json' },
    });
    expect(broken.status).toBe(400);
    expect((await gateway.post('/v1/predict', { text: 'x'.repeat(2_000_000) })).status).toBe(413);
    const unreadable = await fetch(`${gateway.url}/ofrep/v1/%ZZ`);
    expect([unreadable.status, await unreadable.json()]).toEqual([
      400,
      expect.objectContaining({ code: 'REQUEST_INVALID', problems: [expect.any(String)] }),
    ]);
  });

  test('comes from stable where the candidate fails, and counts as its failure', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { gray: { salt: 's', share: 1 } });
    const gateway = await start(ports);
    gateway.models.failing.add('new');
    expect(await ask(gateway, 'u')).toMatchObject({ status: 200, body: { version: 'old', arm: 'stable' } });
    await expect.poll(() => ports.observations.answers.length).toBe(2);
    expect(ports.observations.answers).toMatchObject([
      { version: 'new', arm: 'gray', phase: 'r/1/gray/0', failed: true, label: null },
      { version: 'old', arm: 'stable', phase: '', failed: false },
    ]);
    gateway.models.failing.add('old');
    expect(await ask(gateway, 'u')).toMatchObject({ status: 500, body: { code: 'PREDICTION_FAILED' } });
  });

  test('comes from stable where the candidate does not answer in time', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { gray: { salt: 's', share: 1 } });
    const gateway = await start(ports, { answerWithinMs: 50 });
    gateway.models.before = (digest) => (digest === 'new' ? new Promise((done) => setTimeout(done, 500)) : undefined);
    expect(await ask(gateway, 'u')).toMatchObject({ status: 200, body: { version: 'old' } });
  });
});

describe('feedback', () => {
  test('carries the assignment that its answer was given by, also after routes have changed', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { gray: { salt: 's', share: 1 } });
    const gateway = await start(ports);
    const { body } = await ask(gateway, 'u');
    await makeFull(ports, 'new');
    const said = {
      id: body['id'],
      satisfaction: 0.75,
      label: 'ham',
      comment: 'call +1 (555) 010-9999 or ann@example.org',
    };
    expect((await gateway.post('/v1/feedback', said)).status).toBe(202);
    await expect.poll(() => ports.observations.feedback.length).toBe(1);
    expect(ports.observations.feedback[0]).toMatchObject({
      model,
      capability,
      version: 'new',
      arm: 'gray',
      phase: 'r/1/gray/0',
      label: 'new',
      satisfaction: 0.75,
      correctLabel: 'ham',
      comment: 'call [phone] or [e-mail]',
    });
  });

  test('may bring the text that was answered, to be learnt from: that one alone, and without personal data', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    const text = 'call me: ann@example.org';
    const { id } = (await gateway.post('/v1/predict', { model, capability, user: 'u', text })).body;
    const refused = await gateway.post('/v1/feedback', { id, label: 'ham', text: 'another text' });
    expect([refused.status, refused.body['problems']]).toEqual([400, ['text: not the one that was answered']]);
    const alone = await gateway.post('/v1/feedback', { id, satisfaction: 0, text });
    expect([alone.status, alone.body['code']]).toEqual([400, 'REQUEST_INVALID']);
    expect((await gateway.post('/v1/feedback', { id, label: 'ham', text })).status).toBe(202);
    await expect.poll(() => ports.observations.feedback.map((one) => one.text)).toEqual(['call me: [e-mail]']);
  });

  test('that is sent again counts once; other words count too', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    const { id } = (await ask(gateway, 'u')).body;
    const replies = [];
    for (const said of [
      { satisfaction: 1 },
      { satisfaction: 1 },
      { satisfaction: 0 },
      { satisfaction: 0.5, feedbackId: 'a' },
      { satisfaction: 0.4, feedbackId: 'a' },
    ]) {
      replies.push((await gateway.post('/v1/feedback', { id, ...said })).body['feedbackId']);
    }
    expect(new Set(replies).size).toBe(3);
    await expect.poll(() => ports.observations.feedback.length).toBe(3);
    expect(ports.observations.feedback.map(({ satisfaction }) => satisfaction)).toEqual([1, 0, 0.5]);
  });

  test('on an answer that was never given is refused, whatever was changed in its id', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    const id = String((await ask(gateway, 'u')).body['id']);
    const [body = '', mac = ''] = id.split('.');
    const other = Buffer.from(Buffer.from(body, 'base64url').toString().replace('old', 'new')).toString('base64url');
    const tampered = ['x', '', `${body}.`, `${other}.${mac}`, `${body}.${mac.slice(0, -2)}`, `${id}.x`, `.${mac}`, '.'];
    for (const bad of tampered) {
      const reply = await gateway.post('/v1/feedback', { id: bad, satisfaction: 1 });
      expect([400, 404]).toContain(reply.status);
    }
    const problemsOf = async (body: object) => (await gateway.post('/v1/feedback', body)).body['problems'];
    const advice = 'is not a number from 0 (bad) to 1 (good); a rating from 1 to 5 is sent as (rating - 1) / 4';
    for (const [satisfaction, said] of [
      [2, '2'],
      [-0.1, '-0.1'],
      ['good', '"good"'],
      [null, 'null'],
    ] as const) {
      expect(await problemsOf({ id, satisfaction })).toEqual([`satisfaction: ${said} ${advice}`]);
    }
    expect(await problemsOf({ satisfaction: 1, comment: 'x'.repeat(4_001), label: '' })).toEqual([
      'id: it is missing',
      'comment: it is longer than 4,000 characters',
      'label: it is empty',
    ]);
    expect(await gateway.post('/v1/feedback', { id })).toMatchObject({ status: 400 });
    await gateway.gateway.close();
    expect(ports.observations.feedback).toEqual([]);
  });

  test('waits in the journal while the store is away, and arrives in order', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const record = ports.observations.record;
    const gateway = await start(ports);
    ports.observations.record = async () => {
      throw new GradusError('STORE_UNREACHABLE', 'away');
    };
    const { id } = (await ask(gateway, 'u')).body;
    for (let i = 0; i < 20; i++) await gateway.post('/v1/feedback', { id, satisfaction: i / 20 });
    expect(ports.observations.feedback).toEqual([]);
    ports.observations.record = record;
    await expect.poll(() => ports.observations.feedback.length, { timeout: 10_000 }).toBe(20);
    expect(ports.observations.feedback.map(({ satisfaction }) => satisfaction)).toEqual(
      Array.from({ length: 20 }, (_, i) => i / 20),
    );
  });
});

describe('routes', () => {
  test('are confirmed when their versions are loaded and no request is under the old ones', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    let finish = (): void => {};
    const busy = new Promise<void>((resolve) => (finish = resolve));
    gateway.models.before = (digest) => (digest === 'old' ? busy : undefined);
    const slow = ask(gateway, 'u');
    await new Promise((resolve) => setTimeout(resolve, 50));
    const revision = await expose(ports, { gray: { salt: 's', share: 1 } });
    await expect.poll(async () => (await gateway.get('/v1/routes')).body['revision']).toBe(revision);
    expect((await ask(gateway, 'v')).body['version']).toBe('new');
    expect((await ports.routes.confirmations(revision)).missing).toEqual(['test-gateway']);
    finish();
    expect((await slow).body['version']).toBe('old');
    await confirmed(ports, revision);
  });

  test('are not followed while a version cannot be loaded; the reason reaches the store', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    gateway.models.missing.add('new');
    const revision = await expose(ports, { gray: { salt: 's', share: 1 } });
    await expect
      .poll(async () => (await ports.routes.confirmations(revision)).missing)
      .toEqual([expect.stringMatching(/^test-gateway: cannot load version new: There are no files/)]);
    expect((await ask(gateway, 'u')).body['version']).toBe('old');
    expect((await gateway.get('/readyz')).status).toBe(503);
    gateway.models.missing.delete('new');
    await confirmed(ports, revision);
    expect((await ask(gateway, 'u')).body['version']).toBe('new');
    expect((await gateway.get('/readyz')).status).toBe(200);
  });

  test('of the last run are served when nothing else can be reached, without being confirmed', async () => {
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'gradus-gateway-'));
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const revision = await expose(ports, { gray: { salt: 's', share: 1 } });
    const first = await start(ports, { dataFolder });
    await confirmed(ports, revision);
    await first.gateway.close();
    const away = createFakePorts();
    const unreachable = (): Promise<never> => Promise.reject(new GradusError('STORE_UNREACHABLE', 'away'));
    let confirmations = 0;
    Object.assign(away.routes, {
      revision: unreachable,
      current: unreachable,
      confirm: async () => void (confirmations += 1),
    });
    away.observations.record = unreachable;
    const fake = fakeModels();
    fake.missing.add('new');
    const second = await start(away, { dataFolder, fake });
    // The candidate's files are gone too: what is left is stable.
    expect(await ask(second, 'u')).toMatchObject({ status: 200, body: { version: 'old' } });
    const id = (await ask(second, 'u')).body['id'];
    expect((await second.post('/v1/feedback', { id, satisfaction: 1 })).status).toBe(202);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(confirmations).toBe(0);
    await second.gateway.close();
    open = [];
    await rm(dataFolder, { recursive: true });
  });

  test('leave no user behind as a ramp grows: sticky, monotone, near its share', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 4 }),
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 30 }), { minLength: 30, maxLength: 30 }),
        async (salt, shares, users) => {
          const onCandidate = new Set<string>();
          for (const [level, share] of shares.sort((a, b) => a - b).entries()) {
            const revision = await expose(ports, { gray: { salt, share } }, level);
            await expect
              .poll(async () => (await gateway.get('/v1/routes')).body['revision'], { interval: 5 })
              .toBe(revision);
            const versions = await Promise.all(users.map(async (user) => (await ask(gateway, user)).body['version']));
            expect(users.filter((user, i) => onCandidate.has(user) && versions[i] !== 'new')).toEqual([]);
            for (const [i, user] of users.entries()) if (versions[i] === 'new') onCandidate.add(user);
            const possible = share === 0 ? ['old'] : share === 1 ? ['new'] : ['old', 'new'];
            expect(possible).toEqual(expect.arrayContaining([...new Set(versions)]));
            const again = await Promise.all(users.map(async (user) => (await ask(gateway, user)).body['version']));
            expect(again).toEqual(versions);
          }
        },
      ),
      { numRuns: 5 },
    );
    await expose(ports, { gray: { salt: 'share', share: 0.3 } }, 9);
    await expect.poll(async () => JSON.stringify((await gateway.get('/v1/routes')).body)).toContain('r/1/gray/9');
    const many = await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(gateway, `user ${i}`)));
    const share = many.filter(({ body }) => body['version'] === 'new').length / many.length;
    // Four standard deviations of a draw of 1,000.
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 1000));
  });

  test('say what a user would get of each capability', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old', ['spam', 'topic']);
    await expose(ports, { groups: ['staff'] });
    const gateway = await start(ports);
    expect((await gateway.get(`/v1/assignments?model=${model}&user=u&groups=staff,other`)).body).toMatchObject({
      model,
      user: 'u',
      assignments: { spam: { version: 'new', arm: 'tester' }, topic: { version: 'old', arm: 'stable' } },
    });
  });
});

describe('the stop switch', () => {
  test('says in words what an order lacks', async () => {
    const gateway = await start(createFakePorts());
    const { status, body } = await gateway.post('/v1/stop', { model: 7, by: '', who: 'ann' });
    expect([status, body['problems']]).toEqual([
      400,
      ['model: it has to be a text', 'by: it is empty', 'why: it is missing', 'who: there is no such field'],
    ]);
    expect((await gateway.post('/v1/stop', [])).body['problems']).toEqual(['the body: it has to be an object']);
  });

  const stop = { model, by: 'ann', why: 'wrong answers' };

  test('puts users on stable at once, tells the store, and holds through a restart until routes say the same', async () => {
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'gradus-gateway-'));
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    await expose(ports, { gray: { salt: 's', share: 1 } });
    const first = await start(ports, { dataFolder });
    expect((await ask(first, 'u')).body['version']).toBe('new');
    expect((await first.post('/v1/stop', stop)).status).toBe(200);
    expect((await ask(first, 'u')).body['version']).toBe('old');
    await expect.poll(async () => (await ports.routes.confirmations(0)).stops).toMatchObject([stop]);
    await first.gateway.close();

    const second = await start(ports, { dataFolder });
    expect((await ask(second, 'u')).body['version']).toBe('old');
    // Also a release that goes on all the same does not get past it.
    await makeFull(ports, 'new');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await ask(second, 'u')).body['version']).toBe('old');
    const versions = { [capability]: 'old' };
    const revision = await ports.routes.set({
      model,
      capabilities: [capability],
      phase: '',
      to: { kind: 'restored', versions },
    });
    await confirmed(ports, revision);
    await expect.poll(async () => (await ports.routes.confirmations(0)).stops).toEqual([]);
    await expose(ports, { gray: { salt: 's', share: 1 } });
    await expect.poll(async () => (await ask(second, 'u')).body['version']).toBe('new');
    await second.gateway.close();
    open = [];
    await rm(dataFolder, { recursive: true });
  });

  test('that is pulled before a candidate comes keeps it away until it is lifted', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports);
    await gateway.post('/v1/stop', stop);
    await makeFull(ports, 'other', ['topic']);
    const revision = await expose(ports, { gray: { salt: 's', share: 1 } });
    await confirmed(ports, revision);
    expect((await ask(gateway, 'u')).body['version']).toBe('old');
    expect(await gateway.post('/v1/resume', { ...stop, why: 'a mistake' })).toMatchObject({ status: 200 });
    expect((await ask(gateway, 'u')).body['version']).toBe('new');
    expect((await gateway.post('/v1/resume', stop)).status).toBe(404);
  });

  test('asks for the token where there is one', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const gateway = await start(ports, { adminToken: 'open sesame' });
    expect(await gateway.post('/v1/stop', stop)).toMatchObject({ status: 403, body: { code: 'NOT_ALLOWED' } });
    expect((await gateway.post('/v1/stop', stop, { authorization: 'Bearer open barley' })).status).toBe(403);
    expect((await gateway.post('/v1/stop', stop, { authorization: 'Bearer open sesame' })).status).toBe(200);
  });
});

describe('the journal', () => {
  test('is never taken from under a live gateway by a second one', async () => {
    const ports = createFakePorts();
    const gateway = await start(ports);
    await expect(start(ports, { dataFolder: gateway.dataFolder })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  });

  test('goes on after a torn line and a position that was lost', async () => {
    const dataFolder = await mkdtemp(path.join(tmpdir(), 'gradus-gateway-'));
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const record = ports.observations.record;
    ports.observations.record = () => Promise.reject(new GradusError('STORE_UNREACHABLE', 'away'));
    const first = await start(ports, { dataFolder });
    const { id } = (await ask(first, 'u')).body;
    await first.post('/v1/feedback', { id, satisfaction: 1 });
    await first.gateway.close();
    const journal = path.join(dataFolder, 'journal');
    const [segment = ''] = (await readdir(journal)).filter((name) => name.endsWith('.log'));
    const lines = await readFile(path.join(journal, segment), 'utf8');
    await writeFile(path.join(journal, segment), `${lines}${lines.slice(0, 40)}`);
    await writeFile(path.join(journal, 'position.json'), '');
    ports.observations.record = record;
    const second = await start(ports, { dataFolder });
    await second.post('/v1/feedback', { id, satisfaction: 0 });
    await expect.poll(() => ports.observations.feedback.length).toBe(2);
    expect(ports.observations.answers).toHaveLength(1);
    await expect.poll(async () => (await readdir(journal)).includes(segment)).toBe(false);
    await second.gateway.close();
    open = [];
    await rm(dataFolder, { recursive: true });
  });

  test('is not held up by an entry that the store will never take', async () => {
    const ports = createFakePorts();
    await makeFull(ports, 'old');
    const record = ports.observations.record;
    ports.observations.record = async (answers, feedback) => {
      if (feedback.some(({ comment }) => comment === 'poison')) throw Object.assign(new Error('no'), { code: '22P05' });
      await record(answers, feedback);
    };
    const gateway = await start(ports);
    const { id } = (await ask(gateway, 'u')).body;
    const words = ['a', 'b', 'poison', 'c'];
    await Promise.all(words.map((comment) => gateway.post('/v1/feedback', { id, comment })));
    await expect.poll(() => ports.observations.feedback.length).toBe(3);
    expect(gateway.log.join('\n')).toContain('poison');
  });
});

test('shows its counters to Prometheus', async () => {
  const ports = createFakePorts();
  await makeFull(ports, 'old');
  const gateway = await start(ports);
  await ask(gateway, 'u');
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  expect(text).toContain('gradus_answer_seconds_count{model="mail",capability="spam",version="old",arm="stable"} 1');
  expect(text).toMatch(/gradus_routes_revision 1/);
});
