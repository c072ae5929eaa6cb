import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cardMarkdown } from '../../src/cli/card-markdown.ts';
import { cardPage } from '../../src/cli/card-page.ts';
import { baselineSummary, besideBaseline, besideOther, confusionsOf, gap } from '../../src/cli/card/facts.ts';
import { plain, table } from '../../src/cli/card/markdown.ts';
import { ticks } from '../../src/cli/card/marks.ts';
import { explained } from '../../src/cli/card/mistakes.ts';
import { scaleOfShares, scaleOver } from '../../src/domain/scale.ts';
import type { CapabilityCard, Card } from '../../src/domain/card.ts';
import { wilson } from '../../src/model/comparison.ts';
import { slices } from '../../src/model/slices.ts';
import { fortyLabels, sampleCard, strangeCard } from '../support/card.ts';
import { unbalanced } from '../support/markup.ts';

const sample = sampleCard();
const strange = strangeCard();
const alone: Card = {
  ...sample,
  against: null,
  capabilities: sample.capabilities.map((one) => ({ ...one, against: null })),
};
/** Where nothing could be measured, or nothing was wrong. */
const bare: Card = {
  ...alone,
  latency: [],
  capabilities: alone.capabilities.map((one) => ({
    ...one,
    curve: [],
    slices: [],
    robustness: [],
    mistakes: [],
    calibration: {
      ...one.calibration,
      bins: one.calibration.bins.map((bin) => ({ ...bin, n: 0, confidence: null, accuracy: null })),
    },
  })),
};
const cards = { sample, strange, alone, bare };

/** What a reader sees, on one line. */
function text(markup: string): string {
  const body = markup.slice(Math.max(0, markup.indexOf('<body>'))).replace(/<title>[^<]*<\/title>/g, '');
  return body.replace(/<[^>]*>/g, '').replace(/[\s\u00a0]+/g, ' ');
}

function sampled(name: string): CapabilityCard {
  const one = sample.capabilities.find(({ capability }) => capability === name);
  if (one === undefined) throw new Error(`There is no ${name}.`);
  return one;
}

function sectionOf(page: string, name: string): string {
  return page.split('<section').find((part) => new RegExp(`<h2[^>]*><bdi>${name}</bdi>`).test(part)) ?? '';
}

/** Cells of each line of a table, as GitHub cuts them. */
function cells(line: string): number {
  return line.replace(/\\\|/g, '').split('|').length - 2;
}

describe('cardPage', () => {
  it.each(Object.entries(cards))('%s is whole, and needs nothing from anywhere', (_, card) => {
    const page = cardPage(card);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|src="|href="(?!#c\d+")/);
    expect(page).not.toMatch(/NaN|undefined|Infinity|\[object/);
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  it('escapes whatever a label, a text or a name holds, and turns no direction', () => {
    const page = cardPage(strange);
    expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).toContain('<i class="muted">(empty)</i>');
    expect(page).not.toMatch(/[\u001b\u202e\r]/);
  });

  it('names every drawing for those who do not see it', () => {
    for (const svg of cardPage(sample).match(/<svg[^>]*>/g) ?? []) {
      expect(svg).toMatch(/role="img"[\s\S]*aria-label="[^"]+"|aria-hidden="true"/);
    }
  });

  it('tells the version, its digest, and all that it was made from', () => {
    const page = text(cardPage(sample));
    for (const digest of [
      sample.version.digest,
      sample.data.digest,
      sample.version.madeFrom.code,
      sample.against?.digest,
    ]) {
      expect(page).toContain(digest);
    }
    expect(page).toContain('mail-assistant v7');
    expect(page).toContain('learning rate 0.003 · vocabulary 10000');
    expect(page).toContain('one text: 2.14 ms (p50), 3.87 ms (p95)');
  });

  it('shows a grid of few labels, and the fifteen largest confusions of many', () => {
    const page = cardPage(sample);
    for (const [name, labels] of [
      ['spam', 2],
      ['topic', 10],
    ] as const) {
      expect(sectionOf(page, name).match(/<td class="(right|wrong)"/g)).toHaveLength(labels ** 2);
    }
    const many = sectionOf(page, 'intent');
    expect(many.match(/<td class="wrong"/g)).toHaveLength(15);
    expect(text(many)).toContain('The 15 largest of');
  });

  it('says what it does not know: no other version, no temperature, no recorded epochs, no mistakes', () => {
    expect(text(sectionOf(cardPage(sample), 'intent'))).toContain('no temperature was fitted');
    for (const written of [cardPage(alone), cardMarkdown(alone)]) expect(written).not.toContain('McNemar');
    const page = text(cardPage(bare));
    for (const words of ['Its epochs were not recorded.', 'No slice has enough examples.', 'It made no mistake.']) {
      expect(page).toContain(words);
    }
  });

  it('writes the ends of a narrow scale, and 0, as far as they have room', () => {
    const written = (low: number, high: number): string =>
      [...ticks(scaleOver([low, high], 2), String, true).markup.matchAll(/>([^<>\s]+)<\/text/g)]
        .map((one) => one[1])
        .join(' ');
    expect(written(0.61, 0.97)).toBe('0.6 1');
    expect(written(-0.14, 0.02)).toBe('-0.2 0');
    expect(written(0, 0.2)).toBe('0 0.2');
  });

  it('marks the kept epoch, and draws the loss downwards as it falls', () => {
    const { curve, keptEpoch } = sampled('topic');
    const section = sectionOf(cardPage(sample), 'topic');
    const heights = [...section.matchAll(/<circle\s+class="dot loss"[^>]*cy="([\d.]+)"/g)].map((one) => Number(one[1]));
    expect(heights).toHaveLength(curve.length);
    expect(heights).toEqual([...heights].sort((a, b) => a - b));
    const kept = ((keptEpoch - 0.5) / curve.length) * 100;
    expect(section).toMatch(new RegExp(`<line\\s+class="kept"\\s+x1="${Number(kept.toFixed(3))}%"`));
  });
});

describe('a version that is always right', () => {
  const right = Array.from({ length: 24 }, () => true);
  const rows = right.map(() => ({ text: '都对', attributes: {} }));
  const one = sampled('spam');
  const { low, high } = wilson(24, 24);
  const perfect: CapabilityCard = {
    ...one,
    evaluation: { ...one.evaluation, n: 24, accuracy: 1, macro: { precision: 1, recall: 1, f1: 1 } },
    intervals: { accuracy: { low, high }, macroF1: null },
    curve: [{ loss: 0.1, accuracy: 1, macroF1: 1 }],
    keptEpoch: 1,
    slices: slices(
      rows,
      right,
      rows.map(() => 30),
    ),
  };
  const page = cardPage({ ...alone, capabilities: [{ ...perfect, against: null }] });

  it('has no slice that is drawn as worse than all', () => {
    const drawn = page.slice(page.indexOf('Worst slices'), page.indexOf('The same texts'));
    expect(drawn).toContain('26–50 tokens: accuracy 1.000');
    expect(drawn).not.toContain('point bad');
  });

  it('has the same interval overall and in a slice of all, on the page and in Markdown', () => {
    const markdown = cardMarkdown({ ...alone, capabilities: [{ ...perfect, against: null }] });
    for (const written of [text(page), markdown]) {
      expect(written).toContain('[0.862, 1.000]');
      expect(written).not.toContain('[1.000, 1.000]');
    }
  });

  it('has axes of shares that end at 1', () => {
    expect(scaleOfShares([1, 1]).high).toBe(1);
    expect(scaleOfShares([0]).low).toBe(0);
    const drawn = [...page.matchAll(/class="tick[^>]*>([\d.]+)<\/text/g)].map((tick) => Number(tick[1]));
    expect(drawn).not.toContain(1.5);
  });
});

describe('words of an answer', () => {
  const shades = (weights: number[]): string[] => {
    const { markup } = explained({ words: weights.map((weight, index) => ({ word: `w${index}`, weight })) });
    return [...markup.matchAll(/class="w (\w+)"\s+style="--shade:(\d+)%"/g)].map((one) => `${one[1]} ${one[2]}`);
  };

  it('are shaded by their side, and by their weight beside the largest', () => {
    expect(shades([2, -1, 0.001, 0.5])).toEqual(['for 60', 'against 30', 'for 15']);
    expect(shades([0, 0])).toEqual([]);
  });

  it('have no space between them where both are of a script without spaces', () => {
    const words = ['我', '的', 'iphone', '订', '单', '<url>'].map((word) => ({ word, weight: 1 }));
    expect(text(explained({ words }).markup).trim()).toBe('我的 iphone 订单 &lt;url&gt;');
    expect([gap(undefined, 'a'), gap('a', 'b'), gap('a', '中'), gap('中', '文')]).toEqual(['', ' ', ' ', '']);
  });
});

describe('sentences', () => {
  const beside = (difference: number, low: number, high: number, macroF1: number): string => {
    const spam = sampled('spam');
    const macro = { precision: 0, recall: 0, f1: macroF1 };
    return besideBaseline({
      ...spam,
      evaluation: { ...spam.evaluation, macro: { ...macro, f1: 0.9 } },
      baseline: {
        evaluation: { ...spam.baseline.evaluation, macro },
        comparison: { capability: 'spam', n: 100, difference, low, high },
      },
    }).text;
  };

  it('call better or worse only what the interval sets apart from chance', () => {
    expect(beside(-0.045, -0.06, -0.03, 0.93)).toBe(
      'The linear model is better by more than chance: by 0.045 of accuracy [+0.030, +0.060], and by 0.030 of macro F1.',
    );
    expect(beside(-0.004, -0.016, 0.008, 0.9)).toBe(
      'Not clearly different from the linear model: −0.004 of accuracy [−0.016, +0.008].',
    );
    expect(beside(0.02, 0.01, 0.03, 0.95)).toBe(
      'Better than the linear model by more than chance: by 0.020 of accuracy [+0.010, +0.030], but the linear model’s macro F1 is 0.050 higher.',
    );
    expect(beside(0, -0.01, 0.01, 0.93)).toBe(
      'Not clearly different from the linear model: +0.000 of accuracy [−0.010, +0.010], though the linear model’s macro F1 is 0.030 higher.',
    );
  });

  it('sum up over all capabilities what the section of each says', () => {
    const compared = (capability: string, difference: number, low: number, high: number): CapabilityCard => {
      const one = sampled('spam');
      return {
        ...one,
        capability,
        baseline: { ...one.baseline, comparison: { capability, n: 100, difference, low, high } },
      };
    };
    const all = [compared('a', -0.1, -0.231, 0.006), compared('b', -0.1, -0.15, -0.05), compared('c', 0, -0.1, 0.1)];
    expect(baselineSummary({ ...sample, capabilities: all.slice(0, 1) })).toBe(
      'Beside the linear model, of 1 capability: not clearly different at 1 (a −0.100).',
    );
    expect(baselineSummary({ ...sample, capabilities: all })).toBe(
      'Beside the linear model, of 3 capabilities: worse by more than chance at 1 (b −0.100); not clearly different at 2 (a −0.100, c +0.000).',
    );
  });

  it("compare with the other version by McNemar's test, where there is one", () => {
    expect(besideOther(sampled('topic'), sample)?.text).toContain("McNemar's test: p\u00a0<\u00a00.001.");
    expect(besideOther(sampled('intent'), sample)).toBeNull();
  });

  it('count confusions as the matrix does', () => {
    const labels = ['a', 'b', 'c'];
    const confusion = [
      [5, 2, 0],
      [4, 1, 0],
      [0, 2, 0],
    ];
    expect(confusionsOf({ ...sampled('spam').evaluation, labels, confusion })).toEqual([
      { truth: 'b', answer: 'a', n: 4, of: 5 },
      { truth: 'c', answer: 'b', n: 2, of: 2 },
      { truth: 'a', answer: 'b', n: 2, of: 7 },
    ]);
  });
});

describe('cardMarkdown', () => {
  it.each(Object.entries(cards))('%s has tables whose lines are all as wide as their heads', (_, card) => {
    const markdown = cardMarkdown(card);
    expect(markdown).not.toMatch(/NaN|undefined|Infinity|\[object/);
    for (const block of markdown.split('\n\n').filter((one) => one.startsWith('|'))) {
      const [head = '', ...rest] = block.trimEnd().split('\n');
      for (const line of rest) expect(cells(line), line).toBe(cells(head));
    }
  });

  it('has the facts of the page', () => {
    const markdown = cardMarkdown(sample);
    const { accuracy } = sampled('topic').evaluation;
    for (const fact of [
      sample.version.digest,
      accuracy.toFixed(3),
      'ROC-AUC 0.987',
      '## Capability intent',
      '投诉',
      '**5, kept**',
    ]) {
      expect(markdown).toContain(fact);
    }
    for (const label of fortyLabels) expect(markdown).toContain(`| ${label} |`);
  });

  it('lets no markup out of strange labels', () => {
    const markdown = cardMarkdown(strange);
    expect(markdown).not.toMatch(/<(?!-)|[\u001b\u202e\r]/);
    expect(markdown).not.toMatch(/(?<!\\)\]\(/);
    expect(markdown).toContain('a&#124;b \\`c\\` \\*d\\* \\_e\\_ \\[f\\](http&#58;//g) &amp;');
    expect(markdown).toContain('two lines and a');
  });
});

describe('plain', () => {
  it('keeps any text on its line and in its cell, with no character that begins markup', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const written = plain(value);
        expect(written).not.toMatch(/[\n\r|<>$]/);
        expect(written === '*(empty)*' ? '' : written).not.toMatch(/(?<!\\)(?:\\\\)*[`*_[\]~]/);
        expect(table(['a', 'b'], [[written, 'c']]).split('\n')).toHaveLength(3);
      }),
    );
  });

  it('calls nobody, links nowhere, and begins no list or heading', () => {
    expect(plain('@ann me@b.com')).toBe('@&#8203;ann me@&#8203;b.com');
    expect(plain('# x')).toBe('\\# x');
    expect(plain('- x')).toBe('\\- x');
    expect(plain('12. x')).toBe('12\\. x');
    expect(plain('https://a.b _www.c.d')).toBe('https&#58;//a.b \\_www&#46;c.d');
    expect(plain('a\\|b')).toBe('a\\\\&#124;b');
    expect(plain('&lt;')).toBe('&amp;lt;');
  });

  it('keeps the direction of a label to itself', () => {
    expect(plain('שלום')).toBe('\u2068שלום\u2069');
    expect(plain('投诉')).toBe('投诉');
  });
});
