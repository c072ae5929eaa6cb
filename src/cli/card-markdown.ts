/** A version's model card as GitHub-flavoured Markdown: the facts of its page, without the drawings. */
import type { Card } from '../domain/card.ts';
import { capabilityMarkdown, difference } from './card/capability-markdown.ts';
import { baselineSummary, bytesText, parts, range, replacedData, specSentence } from './card/facts.ts';
import { latencyPlace, latencySentence } from './card/latency.ts';
import { code, plain, table } from './card/markdown.ts';
import { count, figure, moment, several } from './words.ts';

export function cardMarkdown(card: Card): string {
  const blocks = [
    `# ${plain(card.model)} v${card.version.number}`,
    `Model card${card.against === null ? '' : `, beside v${card.against.number}`}. Version made ${moment(card.version.createdAt)} UTC.`,
    lineage(card),
    '## At a glance',
    summary(card),
    ...card.capabilities.flatMap((one) => capabilityMarkdown(one, card)),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function lineage(card: Card): string {
  const { version, data, part, against, latency } = card;
  const { madeFrom } = version;
  const rows = [
    ['version', code(version.digest)],
    ['data', `${plain(madeFrom.data)} ${code(madeFrom.dataDigest)}`],
    ['code', code(madeFrom.code)],
    ['learnt by', several(madeFrom.replicas, 'replica')],
    ['spec', plain(specSentence(version.spec), 600)],
    ['trained on', `${count(version.trainedOn)} examples`],
    ['size', `${count(version.parameters)} parameters, ${bytesText(version.bytes)}`],
    ...latency.map((one) => ['latency', latencySentence(one)]),
    ['latency', plain(latencyPlace(card), 200)],
    ['measured on', `${plain(data.name)} ${code(data.digest)}, ${part} part`],
    ...parts.map((name) => [`${name} part`, several(data.parts[name], 'example')]),
    ...(against === null ? [] : [['beside', `v${against.number} ${code(against.digest)}`]]),
  ];
  return table(['made from', ''], rows, [0, 1]);
}

function summary(card: Card): string {
  const { against, version } = card;
  const sentences = [replacedData(card), baselineSummary(card)];
  const head = ['capability', 'labels', 'n', 'accuracy', 'macro F1', 'linear model’s accuracy', 'difference to it'];
  const rows = card.capabilities.map((one) => [
    plain(one.capability),
    count(one.evaluation.labels.length),
    count(one.evaluation.n),
    `${figure(one.evaluation.accuracy)} ${range(one.intervals.accuracy)}`,
    `${figure(one.evaluation.macro.f1)} ${range(one.intervals.macroF1)}`,
    figure(one.baseline.evaluation.accuracy),
    difference(one.baseline.comparison),
    ...(against === null ? [] : [one.against === null ? '–' : difference(one.against.comparison)]),
  ]);
  const titles = [...head, ...(against === null ? [] : [`difference to v${against.number}`])];
  const note = `Intervals are 95 %; a difference is v${version.number}’s accuracy less the other’s: below 0 where v${version.number} is worse.`;
  return [...sentences.map((one) => (one === null ? '' : plain(one, 1000))), table(titles, rows), note]
    .filter((block) => block !== '')
    .join('\n\n');
}
