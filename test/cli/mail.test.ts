/** `gradus mail`: what it needs, and what it says of a server that takes mail and of one that does not. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshHome, gradus } from '../support/gradus.ts';
import { startSmtp, type SmtpServer } from '../support/smtp.ts';

const { environment, remove } = freshHome();
let smtp: SmtpServer;

beforeAll(async () => {
  smtp = await startSmtp(0, { user: 'gradus', pass: 's3cret' });
});
afterAll(async () => {
  await smtp.close();
  remove();
});

const run = (args: string[], more: NodeJS.ProcessEnv = {}) =>
  gradus(['mail', ...args], {
    ...environment,
    GRADUS_SMTP_URL: smtp.url,
    GRADUS_SMTP_FROM: 'Gradus <gradus@models.example>',
    GRADUS_MAIL_TO: 'team@models.example',
    ...more,
  });

test('a test mail goes to those of the settings, or to whoever is named', async () => {
  const { code, out, err } = await run(['test']);
  expect([code, out, err]).toEqual([0, ' ✓ the server took it for team@models.example\n', '']);
  expect((await run(['test', 'ann@models.example', '--json'])).code).toBe(0);
  expect(smtp.arrived.map(({ to, mail }) => [to, mail.subject])).toEqual([
    [['team@models.example'], 'A test from Gradus'],
    [['ann@models.example'], 'A test from Gradus'],
  ]);
});

test('what the server refuses is said, without the password', async () => {
  const wrong = await run(['test'], { GRADUS_SMTP_URL: smtp.url.replace('s3cret', 'wr0ng') });
  expect([wrong.code, wrong.out]).toEqual([1, expect.stringMatching(/✗ team@models\.example: .*535/)]);
  expect(wrong.out + wrong.err).not.toContain('wr0ng');
  smtp.behaviours.push({ recipient: { code: 550, text: '5.1.1 no such user' } });
  const unknown = await run(['test', 'nobody@models.example']);
  expect([unknown.code, unknown.out]).toEqual([1, expect.stringMatching(/no such user/)]);
});

test('without settings, or anybody to tell, it says what is missing', async () => {
  const none = { GRADUS_SMTP_URL: '', GRADUS_SMTP_FROM: '', GRADUS_MAIL_TO: '' };
  const unset = await run(['test'], none);
  expect([unset.code, unset.err]).toEqual([
    2,
    expect.stringMatching(/GRADUS_SMTP_URL and GRADUS_SMTP_FROM are not set/),
  ]);
  const nobody = await run(['test'], { GRADUS_MAIL_TO: '' });
  expect([nobody.code, nobody.err]).toEqual([2, expect.stringMatching(/Nobody is named/)]);
});
