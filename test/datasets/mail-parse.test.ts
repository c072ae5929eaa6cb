/** Raw mails are taken apart as a mail program would. */
import { expect, test } from 'vitest';
import { parseMail } from '../../src/datasets/mail/parse.ts';

const parse = (text: string) => parseMail(Buffer.from(text.replaceAll('\r', ''), 'latin1'));

test('skips the envelope line of a mailbox file and unfolds headers', async () => {
  const mail = await parse('From ann@a.example  Thu Aug 22 12:36:23 2002\nX-A: one\n\ttwo\nSubject: Hi\n\nbody\n');
  expect(mail.headers.get('x-a')).toEqual(['one two']);
  expect(mail).toMatchObject({ subject: 'Hi', text: 'body\n', html: null });
});

test('decodes subjects and bodies of the charset that they declare', async () => {
  const mail = await parse(
    'Subject: =?iso-8859-1?Q?P=E1draig?=\nContent-Type: text/plain; charset="iso-8859-2"\n\nstr\u00f9m \u00e1\n',
  );
  expect(mail.subject).toBe('Pádraig');
  expect(mail.text).toBe('strům á\n');
});

test('takes undeclared bytes that are not UTF-8 for Western letters', async () => {
  const mail = await parse('Subject: D\u00fcsseldorf\n\nthe world\u0092s \u00e9t\u00e9\n');
  expect(mail.subject).toBe('Düsseldorf');
  expect(mail.text).toBe('the world’s été\n');
});

test('decodes base64 and quoted-printable', async () => {
  const base64 = await parse(
    `Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\n${Buffer.from('naïve').toString('base64')}\n`,
  );
  expect(base64.text.trim()).toBe('naïve');
  const quoted = await parse('Content-Transfer-Encoding: quoted-printable\n\na =3D b=\n c\n');
  expect(quoted.text.trim()).toBe('a = b c');
});

test('prefers the plain part, and keeps the HTML beside it', async () => {
  const mail = await parse(
    [
      'Content-Type: multipart/alternative; boundary=xx',
      '',
      '--xx',
      'Content-Type: text/plain',
      '',
      'plain words',
      '--xx',
      'Content-Type: text/html',
      '',
      '<p>marked <b>words</b></p>',
      '--xx--',
      '',
    ].join('\n'),
  );
  expect(mail.text.trim()).toBe('plain words');
  expect(mail.html).toContain('<b>words</b>');
});

test.each([
  ['declared', 'Content-Type: text/html\n'],
  ['forgotten', ''],
])('turns HTML into what people read, with its type %s', async (_how, header) => {
  const mail = await parse(
    `${header}\n<html><head><style>p { color: red }</style></head><body><h1>Free</h1><a href="http://a.example/">Click</a> &amp; win</body></html>\n`,
  );
  expect(mail.text.split(/\s+/).filter((word) => word !== '')).toEqual(['Free', 'Click', '&', 'win']);
  expect(mail.html).toContain('<h1>');
});

test('does not take plain text that speaks of a tag for HTML', async () => {
  const mail = await parse('Subject: tags\n\nUse <b> or a < b > c, and I wrote <a href="x">.\n');
  expect(mail.html).toBeNull();
});

test('reads no attachment', async () => {
  const mail = await parse('Content-Type: text/plain\nContent-Disposition: attachment; filename=a.txt\n\nsecret\n');
  expect(mail.text).toBe('');
});
