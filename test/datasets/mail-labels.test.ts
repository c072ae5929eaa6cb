/** Labels come from headers by rule; where no rule is sure there is none. */
import { expect, test } from 'vitest';
import { labelMail } from '../../src/datasets/mail/labels.ts';
import { parseMail } from '../../src/datasets/mail/parse.ts';

async function labels(headers: string[], body = 'Hello.', spam = false) {
  return labelMail(await parseMail(Buffer.from(`${headers.join('\n')}\n\n${body}\n`)), spam);
}

test('a plain mail without any telling header is only ham without HTML', async () => {
  expect(await labels(['From: ann@a.example', 'Subject: lunch'])).toEqual({ spam: 'ham', html: 'no' });
});

test('spam has no label but spam and html, as it forges headers', async () => {
  const headers = [
    'From: a@b.example',
    'X-Mailer: Microsoft Outlook',
    'List-Id: <fork.xent.com>',
    'In-Reply-To: <1@b>',
  ];
  expect(await labels(headers, '<html><body>Buy</body></html>', true)).toEqual({ spam: 'spam', html: 'yes' });
});

test.each([
  ['fork', ['List-Id: Friends of Rohit Khare <fork.xent.com>']],
  ['ilug', ["List-Id: Irish Linux Users' Group <ilug.linux.ie>"]],
  ['rpm', ['List-Id: Freshrpms RPM discussion list <rpm-zzzlist.freshrpms.net>']],
  ['exmh', ['List-Id: Discussion list for EXMH users <exmh-users.spamassassin.taint.org>']],
  ['exmh', ['List-Id: Discussion list for EXMH developers <exmh-workers.spamassassin.taint.org>']],
  ['razor', ['List-Id: <razor-users.example.sourceforge.net>']],
  ['satalk', ['List-Id: Talk about SpamAssassin <spamassassin-talk.example.sourceforge.net>']],
  ['rssfeeds', ['From: "boing@boing" <rssfeeds@spamassassin.taint.org>']],
  ['forteana', ['Mailing-List: list zzzzteana@yahoogroups.com; contact forteana-owner@yahoogroups.com']],
  ['cnet', ['X-Mailer: Accucast (http://www.accucast.com)']],
  ['spambayes', ['Subject: Re: [Spambayes] test sets?']],
])('topic %s', async (topic, headers) => {
  expect((await labels(headers)).topic).toBe(topic);
});

test.each([
  ['other lists', ['List-Id: <webdev.linux.ie>']],
  ['other Yahoo groups', ['Mailing-List: list unison-announce@yahoogroups.com; contact x@yahoogroups.com']],
  ['social events of the same users', ["List-Id: Irish Linux Users' Group social events <social.linux.ie>"]],
])('no topic for %s', async (_which, headers) => {
  expect((await labels(headers)).topic).toBeUndefined();
});

test.each([
  ['program', 'a bot-like sender', ['From: bugzilla-daemon@a.example']],
  ['program', 'a newsletter', ['From: "News" <newsletter@shop.example>']],
  ['program', 'a bulk mailer', ['From: ann@a.example', 'X-Mailer: Accucast (http://www.accucast.com)']],
  ['person', 'an answer', ['From: ann@a.example', 'In-Reply-To: <1@a.example>']],
  ['person', 'references', ['From: ann@a.example', 'References: <1@a.example>']],
  ['person', 'a known mail program', ['From: ann@a.example', 'User-Agent: Mutt/1.4i']],
  [
    'person',
    'a name that only ends like a bot',
    ['From: fork_list@hotmail.example', 'X-Mailer: Microsoft Outlook Express 5.50'],
  ],
  [undefined, 'neither', ['From: ann@a.example']],
  [undefined, 'both', ['From: webmaster@a.example', 'X-Mailer: KMail [version 1.2]']],
])('automated: %s by %s', async (label, _why, headers) => {
  expect((await labels(headers)).automated).toBe(label);
});

test.each([
  ['unix', 'User-Agent: Mutt/1.4i'],
  ['unix', 'X-Mailer: exmh version 2.5 01/15/2001 with nmh-1.0.4'],
  ['unix', 'User-Agent: Mozilla/5.0 (X11; U; Linux i686; en-US; rv:1.0.1) Gecko/20020830'],
  ['windows', 'X-Mailer: Microsoft Outlook Express 6.00.2600.0000'],
  ['windows', 'User-Agent: Mozilla/5.0 (Windows; U; Windows NT 5.0; en-US; rv:1.1) Gecko/20020826'],
  ['windows', 'X-Mailer: The Bat! (v1.61) Educational'],
  [undefined, 'X-Mailer: Apple Mail (2.482)'],
  [undefined, 'User-Agent: Microsoft-Outlook-Express-Macintosh-Edition/5.02.2022'],
  [undefined, 'X-Mailer: SquirrelMail (version 1.2.7)'],
])('platform %s of %s', async (label, header) => {
  expect((await labels([header])).platform).toBe(label);
});

test.each([
  ['reply', ['Subject: Re: lunch']],
  ['reply', ['Subject: [ILUG] Re[2]: lunch']],
  ['reply', ['Subject: lunch', 'In-Reply-To: <1@a.example>']],
  ['reply', ['Subject: lunch', 'References: <1@a.example>']],
  ['new', ['Subject: lunch, and more: dinner']],
])('%s on a list', async (label, headers) => {
  expect((await labels([...headers, 'List-Id: <any.list.example>'])).reply).toBe(label);
  expect((await labels(headers)).reply).toBeUndefined();
});

test('html: a part, or a body that looks like it', async () => {
  expect((await labels(['Content-Type: text/html'], 'short')).html).toBe('yes');
  expect((await labels([], '<TABLE width=3><tr><td>x')).html).toBe('yes');
  expect((await labels([], 'the <table> and the chair? no: a < table')).html).toBe('yes');
  expect((await labels([], 'a < b, c > d')).html).toBe('no');
});
