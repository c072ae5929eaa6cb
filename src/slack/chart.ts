/** What a request is about as a drawing (SVG): measured accuracies, or who has had the candidate and how it did beside stable. */
import type { ReleaseReport, StageProgress, Waiting } from '../domain/report.ts';
import { scaleOver, timeScale } from '../domain/scale.ts';
import type { Finding } from '../domain/verdict.ts';
import type { Examination } from '../domain/version.ts';
import { duration, inWords, percent } from '../domain/words.ts';
import { worstFirst } from '../domain/most-telling.ts';
import { heading, labels, left, legend, more, most, pad, right, row, width } from './chart-layout.ts';
import { colours, line, rect, svg, text, widthOf, type Drawn } from './drawing.ts';
import { forest, type Difference } from './forest.ts';
import { cutAtEnd, labelsOf } from './labels.ts';

export interface Chart {
  svg: string;
  title: string;
  /** For those who cannot see it. */
  words: string;
}

/** Null where there is nothing to draw. */
export function chartOf(report: ReleaseReport, waiting: Waiting): Chart | null {
  const stage = report.stages.find(({ number }) => number === waiting.stage);
  if (stage === undefined) return null;
  const { model, candidate, stable } = report;
  const versions = `${candidate === null ? '' : ` v${candidate.number}`}${stable === null ? '' : ` beside v${stable.number}`}`;
  const title = `${model}${versions} · stage ${stage.number} of ${report.stages.length} · ${waiting.step}`;
  const compared = waiting.findings.filter(({ difference, candidate: value }) => difference !== null && value !== null);
  const isExposed = report.exposures.some(({ stage: number, share }) => number === stage.number && share > 0);
  const { examinations } = stage;
  // Where not all have room, the worst are shown.
  const inOrder = examinations.length > most ? worstFirst(examinations, waiting.findings) : examinations;
  const parts = isExposed
    ? [exposures(report, stage), differences(compared)]
    : [accuracies(inOrder), accuracyDifferences(inOrder)];
  const drawn = parts.filter((part) => part !== null);
  if (drawn.length === 0) return null;
  let y = 58;
  const body = drawn.map((part) => {
    const moved = `<g transform="translate(0 ${y})">${part.markup}</g>`;
    y += part.height + 18;
    return moved;
  });
  const head = text(pad, 34, cutAtEnd(title, width - 2 * pad, 17), { size: 17, bold: true });
  return { svg: svg(width, y + 4, [head, ...body]), title, words: drawn.map(({ words }) => words).join(' ') };
}

/** Each capability's accuracy on held-out data: stable, candidate, and a linear model. */
function accuracies(all: Examination[]): Drawn | null {
  if (all.length === 0) return null;
  const x = (share: number): number => left + share * (right - left);
  const shown = all.slice(0, most);
  const names = labelsOf(
    shown.map(({ capability }) => capability),
    labels - 12,
    12,
  );
  const rows = shown.map(({ candidate, stable, baseline }, i) => {
    const y = 52 + i * row;
    const bar = (value: number, at: number, colour: string): string =>
      rect(left, y + at, Math.max(1, x(value) - left), 7, colour);
    return [
      text(pad, y + 17, names[i] ?? ''),
      ...(stable === null ? [] : [bar(stable.accuracy, 1, colours.stable)]),
      bar(candidate.accuracy, 10, colours.candidate),
      ...(baseline === null ? [] : [bar(baseline.accuracy, 19, colours.baseline)]),
      text(
        right + 14,
        y + 17,
        `${inWords(candidate.accuracy)}${stable === null ? '' : ` (was ${inWords(stable.accuracy)})`}`,
        {
          bold: true,
        },
      ),
    ].join('');
  });
  const bottom = 52 + shown.length * row;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) =>
    [
      line(x(share), 46, x(share), bottom, colours.grid),
      text(x(share), bottom + 15, String(share), { soft: true, anchor: 'middle', size: 11 }),
    ].join(''),
  );
  const markup = [
    heading('Accuracy on held-out data'),
    legend([
      ...(all.some(({ stable }) => stable !== null) ? [['stable', colours.stable] as const] : []),
      ['candidate', colours.candidate],
      ...(all.some(({ baseline }) => baseline !== null) ? [['a linear model', colours.baseline] as const] : []),
    ]),
    ...grid,
    ...rows,
    more(all.length, bottom + 32),
  ].join('');
  const words = shown.map(({ capability, candidate }) => `${capability} ${inWords(candidate.accuracy)}`).join(', ');
  return { markup, height: bottom + (all.length > most ? 36 : 20), words: `Accuracy: ${words}.` };
}

function accuracyDifferences(all: Examination[]): Drawn | null {
  const compared = all.flatMap(({ capability, comparison }): Difference[] => {
    if (comparison === null) return [];
    const { difference: value, low, high } = comparison;
    return [
      { name: capability, metric: null, value, low, high, state: low > 0 ? 'good' : high < 0 ? 'bad' : 'unclear' },
    ];
  });
  return forest('Accuracy, candidate − stable', compared, {
    good: 'better',
    unclear: 'no clear difference',
    bad: 'worse',
  });
}

function differences(findings: Finding[]): Drawn | null {
  const states = { holds: 'good', breached: 'bad', open: 'unclear' } as const;
  const compared = findings.flatMap(({ capability, metric, condition, difference, state }): Difference[] =>
    difference === null
      ? []
      : [
          {
            ...difference,
            name: capability,
            metric: metric === null ? condition : spaced(metric),
            state: states[state],
          },
        ],
  );
  return forest('Candidate − stable', compared, { good: 'condition holds', unclear: 'open yet', bad: 'broken' });
}

/** The share of all users with the stage's candidate, by time. */
function exposures(report: ReleaseReport, { number }: StageProgress): Drawn | null {
  const points = report.exposures.filter(({ stage }) => stage === number);
  const [first] = points;
  const until = report.waiting?.since ?? points.at(-1)?.at;
  if (first === undefined || until === undefined) return null;
  const startMs = Date.parse(first.at);
  const spanMs = Math.max(1, Date.parse(until) - startMs);
  const time = timeScale(spanMs);
  const top = Math.max(...points.map(({ share }) => share));
  const scale = scaleOver([0, top], 3);
  const tall = 110;
  const end = width - pad;
  const x = (iso: string): number => left + Math.min(1, Math.max(0, time.of(Date.parse(iso) - startMs))) * (end - left);
  const y = (share: number): number => 30 + tall - scale.of(share) * tall;
  const steps = points.map(({ at, share }, i) => {
    const to = points[i + 1]?.at ?? until;
    const wide = Math.max(1, x(to) - x(at));
    const label = percent(share);
    const fits = wide > widthOf(label, 11) + 8;
    return [
      rect(x(at), y(share), wide, y(0) - y(share), colours.exposed),
      line(x(at), y(share), x(at) + wide, y(share), colours.candidate, 3),
      fits && share > 0 ? text(x(at) + 4, y(share) - 5, label, { size: 11, bold: true }) : '',
    ].join('');
  });
  const grid = scale.ticks.map((tick) =>
    [
      line(left, y(tick), end, y(tick), colours.grid),
      text(left - 8, y(tick) + 4, percent(tick), { soft: true, anchor: 'end', size: 11 }),
    ].join(''),
  );
  const ticks = time.ticks.map((ms) =>
    text(left + time.of(ms) * (end - left), 30 + tall + 16, ms === 0 ? '0' : duration(ms), {
      soft: true,
      anchor: time.of(ms) > 0.95 ? 'end' : 'middle',
      size: 11,
    }),
  );
  const markup = [heading('Users with the candidate, by time'), ...grid, ...steps, ...ticks].join('');
  const words = `Exposure: ${points.map(({ share }) => percent(share)).join(', then ')} of users.`;
  return { markup, height: 30 + tall + 22, words };
}

/** `errorRate` as people write it. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
