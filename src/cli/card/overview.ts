/** The head of a card: which version it is, what it was made from, and how it does at each capability. */
import type { CapabilityCard, Card } from '../../domain/card.ts';
import { html, type Html, type Part } from '../page/html.ts';
import { count, figure, interval, moment, several, signed } from '../words.ts';
import { baselineSummary, bytesText, parts, range, replacedData, specSentence, toneOf } from './facts.ts';
import { latencyPlace, latencySentence, milliseconds } from './latency.ts';
import { named, tableOf } from './marks.ts';

export function cardHeader(card: Card): Html {
  const { version, against, data } = card;
  return html`<header class="card">
    <h1><bdi>${card.model}</bdi> v${version.number}</h1>
    <p class="sub">
      model card${against === null ? '' : ` · beside v${against.number}`} · made ${moment(version.createdAt)} UTC
    </p>
    <dl class="facts">
      ${fact('measured on', named(data.name), `${card.part} part, ${several(data.parts[card.part], 'example')}`)}
      ${fact('trained on', `${count(version.trainedOn)} examples`, named(version.madeFrom.data))}
      ${fact('size', `${count(version.parameters)} parameters`, bytesText(version.bytes))}
      ${card.latency.map(({ texts, p50Ms, p95Ms }) =>
        fact(
          texts === 1 ? 'one text' : `${several(texts, 'text')} at once`,
          milliseconds(p50Ms),
          `median; 95 % within ${milliseconds(p95Ms)}`,
        ),
      )}
    </dl>
  </header>`;
}

function fact(name: string, value: Part, note: Part): Html {
  return html`<div>
    <dt>${name}</dt>
    <dd>${value}<small>${note}</small></dd>
  </div>`;
}

/** Everything that the version was made from, by digest. */
export function lineage(card: Card): Html {
  const { version, data, against } = card;
  const { madeFrom } = version;
  const row = (name: string, value: Part): Html =>
    html`<div>
      <dt>${name}</dt>
      <dd>${value}</dd>
    </div>`;
  const sameData = madeFrom.dataDigest === data.digest;
  const sizes = parts.map((part) => `${part} ${count(data.parts[part])}`).join(', ');
  return html`<section class="card wide" aria-labelledby="lineage">
    <h2 id="lineage">Made from</h2>
    <dl class="lineage">
      ${row('version', html`<code>${version.digest}</code>`)}
      ${row('data', html`${named(madeFrom.data)} <code>${madeFrom.dataDigest}</code>`)}
      ${row('code', html`<code>${madeFrom.code}</code>`)} ${row('learnt by', several(madeFrom.replicas, 'replica'))}
      ${row('spec', specSentence(version.spec))}
      ${row(
        'measured on',
        html`${named(data.name)} ${sameData ? '(the same data)' : html`<code>${data.digest}</code>`}: ${sizes}`,
      )}
      ${row('latency', [...card.latency.map(latencySentence), latencyPlace(card)].join('; '))}
      ${against === null ? null : row('beside', html`v${against.number} <code>${against.digest}</code>`)}
    </dl>
  </section>`;
}

/** One row for each capability, with a way to its section. */
export function summary(card: Card): Html {
  const sentences = [replacedData(card), baselineSummary(card)];
  const { against } = card;
  return html`<section class="card wide" aria-labelledby="summary">
    <h2 id="summary">At a glance</h2>
    ${sentences.map((one) => (one === null ? null : html`<p>${one}</p>`))}
    ${tableOf(
      [
        { text: 'capability' },
        `v${card.version.number}’s accuracy`,
        'linear model’s',
        ...(against === null ? [] : [`v${against.number}’s`]),
        'macro F1',
        { title: 'labels', kind: 'odd' },
        'n',
      ],
      card.capabilities.map((one, index) => summaryRow(one, index, against !== null)),
    )}
    <p class="muted note">
      Small figures are 95 % intervals; below another model’s accuracy stands the difference, v${card.version.number}
      less that one.
    </p>
  </section>`;
}

function summaryRow(one: CapabilityCard, index: number, compares: boolean): Html {
  const { evaluation, intervals, baseline, against } = one;
  return html`<tr>
    <th scope="row" class="text"><a href="#c${index + 1}">${named(one.capability)}</a></th>
    <td>${figure(evaluation.accuracy)}<small class="under">${range(intervals.accuracy)}</small></td>
    ${compared(baseline)} ${compares ? (against === null ? html`<td>–</td>` : compared(against)) : null}
    <td>${figure(evaluation.macro.f1)}<small class="under">${range(intervals.macroF1)}</small></td>
    <td class="odd">${count(evaluation.labels.length)}</td>
    <td>${count(evaluation.n)}</td>
  </tr>`;
}

/** The accuracy of another model, and the difference of this version to it. */
function compared({ evaluation, comparison }: CapabilityCard['baseline']): Html {
  const tone = toneOf(comparison);
  return html`<td>
    ${figure(evaluation.accuracy)}
    <small class="under ${tone === 'unclear' ? '' : tone}"
      >${signed(comparison.difference)} ${interval(comparison)}</small
    >
  </td>`;
}
