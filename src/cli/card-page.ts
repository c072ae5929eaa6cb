/** A version's model card as one page of HTML that needs nothing else: no script, no network, light and dark. */
import type { CapabilityCard, Card } from '../domain/card.ts';
import { balance, classTable, confusion } from './card/classes.ts';
import { besideBaseline, besideConstant, besideOther, gridLabels, range, type Saying } from './card/facts.ts';
import { named } from './card/marks.ts';
import { differences, measures } from './card/measures.ts';
import { mistakes } from './card/mistakes.ts';
import { cardHeader, lineage, summary } from './card/overview.ts';
import { reliability } from './card/reliability.ts';
import { cardStyle } from './card/style.ts';
import { trainingCurve } from './card/training-curve.ts';
import { robustness, slices } from './card/weak-spots.ts';
import { html, type Html } from './page/html.ts';
import { page } from './page/page.ts';
import { count, figure, moment } from './words.ts';

export function cardPage(card: Card): string {
  const title = `${card.model} v${card.version.number}: model card`;
  return page(
    title,
    html`${cardHeader(card)} ${summary(card)} ${card.capabilities.map((one, index) => section(one, index, card))}
      ${lineage(card)}
      <footer>
        Gradus · model card of <bdi>${card.model}</bdi> v${card.version.number} · version made
        ${moment(card.version.createdAt)} UTC
      </footer>`,
    cardStyle,
  );
}

/** Everything that was measured of one capability. */
function section(one: CapabilityCard, index: number, card: Card): Html {
  const id = `c${index + 1}`;
  // So many columns of confusions do not fit into half of the page.
  const isWide = one.evaluation.labels.length > 8 && one.evaluation.labels.length <= gridLabels;
  return html`<section class="card wide" aria-labelledby="${id}">
    <h2 id="${id}">${named(one.capability, 80)}</h2>
    ${figures(one)}
    <ul class="sayings">
      ${saying(besideConstant(one))} ${saying(besideBaseline(one))} ${saying(besideOther(one, card))}
    </ul>
    <div class="pair">${measures(one, card)}${differences(one, card)}</div>
    <div class="pair">${trainingCurve(one)}${reliability(one)}</div>
    <div class="pair ${isWide ? 'uneven' : ''}">${confusion(one)}${classTable(one)}</div>
    <div class="pair">
      ${slices(one)}
      <div class="stack">${robustness(one)}${balance(one)}</div>
    </div>
    ${mistakes(one)}
  </section>`;
}

function figures({ evaluation, intervals, ranking, calibration }: CapabilityCard): Html {
  const fact = (name: Html | string, value: string, note: string): Html =>
    html`<div class="big">
      <dt>${name}</dt>
      <dd>${value}<small>${note}</small></dd>
    </div>`;
  return html`<dl class="facts">
    ${fact('accuracy', figure(evaluation.accuracy), `${range(intervals.accuracy)}, n = ${count(evaluation.n)}`)}
    ${fact('macro F1', figure(evaluation.macro.f1), range(intervals.macroF1))}
    ${
      ranking === null
        ? null
        : html`${fact(html`ROC-AUC of ${named(ranking.positive, 20)}`, figure(ranking.rocAuc), '0.5 is chance')}
          ${fact(html`PR-AUC of ${named(ranking.positive, 20)}`, figure(ranking.averagePrecision), 'average precision')}`
    }
    ${fact(
      'calibration error',
      figure(calibration.ece),
      calibration.eceWithTemperature === null
        ? 'no temperature fitted'
        : `${figure(calibration.eceWithTemperature)} with temperature`,
    )}
  </dl>`;
}

const tones = { good: '✓', bad: '✗', unclear: '?' } as const;

function saying(said: Saying | null): Html | null {
  if (said === null) return null;
  return html`<li><span class="mark ${said.tone}" aria-hidden="true">${tones[said.tone]}</span>${said.text}</li>`;
}
