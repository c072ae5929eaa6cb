/** What gives a label away is not in the text. */
import { expect, test } from 'vitest';
import { scrub, scrubSubject } from '../../src/datasets/mail/scrub.ts';

const own = 'My own words stay.';

test.each([
  ['Re: [ILUG] slow modem', 'slow modem'],
  ['RE[2]: FW: Fwd: AW: slow modem (fwd)', 'slow modem'],
  ['[Razor-users] Re: slow modem', 'slow modem'],
  ['slow modem (was Re: fast modem)', 'slow modem'],
  ['slow modem (was: fast modem)', 'slow modem'],
  ['more: and software: as they were', 'more: and software: as they were'],
])('subject %s', (subject, left) => {
  expect(scrubSubject(subject)).toBe(left);
});

test.each([
  ['quotes', `> quoted words\n>> twice\n${own}\n | piped words`],
  ['quotes with initials or names', `JM> quoted words\nChris> quoted words\n+>  quoted\n--]quoted\n${own}`],
  ['the line above a quote', `On Thu, 22 Aug 2002 at 18:26, Ann Smith wrote:\n> quoted\n${own}`],
  ['the same over two lines', `On Thu, 22 Aug 2002 at 18:26:16 +0200,\nAnn Smith <ann@a.example> wrote:\n\n${own}`],
  ['a name alone above a quote', `[Ann Smith]\n> quoted\n${own}`],
  ['a saying alone', `Ann Smith said:\n${own}`],
  ['what was answered', `${own}\n\n-----Original Message-----\nFrom: Ann\nquoted words`],
  ['that a text was forwarded', `--- begin forwarded text\n${own}\n---------- Forwarded message ----------`],
  ['headers in the text', `From: Ann\nSubject: words\nDate: today\nX-Mailer: words\n${own}`],
  ['signatures', `${own}\n-- \nAnn Smith\nResearcher`],
  ['signatures with two or three dashes and no blank', `${own}\n---\nOutgoing mail is certified Virus Free.`],
  ['signatures that PGP escaped', `${own}\n- -- \nAnn Smith`],
  [
    'PGP',
    `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\n${own}\n-----BEGIN PGP SIGNATURE-----\niD8DBQE9bpYz\n-----END PGP SIGNATURE-----`,
  ],
  ['encrypted blocks', `-----BEGIN PGP MESSAGE-----\nhQEMA words\n-----END PGP MESSAGE-----\n${own}`],
  [
    'MIME',
    `This is a multi-part message in MIME format.\n------=_NextPart_000_0001\nContent-Type: text/plain;\n${own}`,
  ],
  [
    'footers of lists',
    `${own}\n\n_______________________________________________\nExmh-users mailing list\nExmh-users@a.example\nhttp://a.example/listinfo`,
  ],
  [
    'footers of SourceForge',
    `${own}\n\n-------------------------------------------------------\nThis sf.net email is sponsored by:ThinkGeek\nWelcome to geek heaven.`,
  ],
  [
    'footers of Yahoo',
    `${own}\n\n------------------------ Yahoo! Groups Sponsor ---------------------~-->\nPlan to sell?\n\nTo unsubscribe from this group, send an email`,
  ],
  [
    'adverts of web mailers',
    `${own}\n\n__________________________________________________\nDo You Yahoo!?\nEverything you'll ever need`,
  ],
  [
    'lines on leaving',
    `${own}\nTo unsubscribe, click below.\nYou opted-in once.\nThis mailing list is moderated.\nOur newsletter`,
  ],
  [
    'why software wrote',
    `------- You are receiving this mail because: -------\nYou are the assignee for the bug.\n${own}`,
  ],
  ['what a spam filter wrote', `SPAM: ---- Start results ----\nSPAM: Hit! (1.5 points)\n${own}`],
  [
    'lines of feeds',
    `URL: http://a.example/1\nDate: Not supplied\n${own} [IMG: http://a.example/x.gif ([MDN])]\n[1] http://a.example/`,
  ],
  ['links of feeds', `${own} Link[1] Discuss[2] (_Thanks, Ann!_)`],
  ['footnotes of feeds', `My own words[1] stay[2].`],
  [
    'copyrights and bars of links of publishers',
    `${own}\nCopyright 2002 CNET Networks, Inc. All rights reserved.\nHome | News | Help | More`,
  ],
  ['names of lists', `exmh spambayes SpamAssassin FoRK ILUG zzzzteana\n${own}`],
])('takes out %s', (_what, body) => {
  expect(scrub('', body)).toBe(own);
});

test('takes one sentence, not all, out of a mail that is one line', () => {
  const line = `${own} ${'And so on. '.repeat(30)}Unsubscribe here. The end.`;
  const left = scrub('', line);
  expect(left).toContain('The end.');
  expect(left).toContain(own);
  expect(left).not.toMatch(/unsubscribe/i);
});

test('replaces URLs, addresses and numbers, also of the corpus’s own servers', () => {
  expect(
    scrub(
      'Prices',
      'See http://a.example/x?y=1 or www.b.example spamassassin.taint.org, ann@c.example: 1,000 on 12/31',
    ),
  ).toBe('Prices\nSee <url> or <url> <url>, <address>: <number> on <number>');
});

test('keeps tags of HTML that is left in', () => {
  expect(scrub('', '<html><p class="x">Win <b>now</b></p></html>')).toBe(
    '<html><p class="x">Win <b>now</b></p></html>',
  );
});

test('takes linear time on hostile texts', () => {
  for (const text of [
    'On '.repeat(50_000),
    '|a'.repeat(50_000),
    '['.repeat(90_000),
    '-'.repeat(90_000),
    'wrote '.repeat(30_000),
  ]) {
    const started = performance.now();
    scrub(text.slice(0, 500), text);
    expect(performance.now() - started).toBeLessThan(5000);
  }
});
