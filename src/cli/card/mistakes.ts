/** The mistakes that the version was surest of, each word shaded by what it did for the answer. */
import type { CapabilityCard, ExplainedAnswer } from '../../domain/card.ts';
import { html, type Html } from '../page/html.ts';
import { figure, several, signed } from '../words.ts';
import { gap, tellingWords } from './facts.ts';
import { named } from './marks.ts';

const shown = 5;
/** Longer texts are cut. */
const shownWords = 400;
/** Words that weigh less, relative to the strongest of their text, are not shaded. */
const faint = 0.04;

export function mistakes({ mistakes: all }: CapabilityCard): Html {
  return html`<figure>
    <figcaption>
      <h3>Most confident mistakes</h3>
      <p>Words by what they did for the answer (integrated gradients), beside the strongest word of the same text</p>
    </figcaption>
    ${
      all.length === 0
        ? html`<p class="muted">It made no mistake.</p>`
        : html`<ul class="legend">
              <li><i class="key for"></i>spoke for the answer</li>
              <li><i class="key against"></i>against it</li>
            </ul>
            ${list(all.slice(0, shown))}
            ${
              all.length <= shown
                ? null
                : html`<details class="more">
                    <summary>${all.length - shown} more</summary>
                    ${list(all.slice(shown))}
                  </details>`
            }`
    }
  </figure>`;
}

function list(all: readonly ExplainedAnswer[]): Html {
  return html`<ul class="mistakes">
    ${all.map(item)}
  </ul>`;
}

function item(answer: ExplainedAnswer): Html {
  const { id, truth, label, confidence } = answer;
  const said = (side: 'for' | 'against'): Html[] =>
    tellingWords(answer, side).map((word, index) => html`${index === 0 ? '' : ', '}${named(word, 24)}`);
  const [pro, contra] = [said('for'), said('against')];
  return html`<li>
    <p class="said">
      ${truth === null ? 'answered' : html`<b class="good">${named(truth)}</b> was answered`}
      <b class="bad">${named(label)}</b>, confidence ${figure(confidence)}
      ${id === null ? null : html`<small>${named(id)}</small>`}
    </p>
    ${explained(answer)}
    <p class="muted telling">
      ${pro.length === 0 ? 'No word spoke for it' : html`For: ${pro}`}${contra.length === 0 ? null : html`; against: ${contra}`}
    </p>
  </li>`;
}

/** The words that were read, as they were written after one another. */
export function explained({ words }: Pick<ExplainedAnswer, 'words'>): Html {
  if (words.length === 0) return html`<p class="muted">No word was read.</p>`;
  const most = Math.max(...words.map(({ weight }) => Math.abs(weight)));
  const read = words.slice(0, shownWords);
  const rest = words.length - read.length;
  const spans = read.map(({ word, weight }, index) => {
    const space = gap(read[index - 1]?.word, word);
    const share = most === 0 ? 0 : Math.abs(weight) / most;
    if (share < faint) return html`${space}${word}`;
    const side = weight > 0 ? 'for' : 'against';
    return html`${space}<span class="w ${side}" style="--shade:${Math.round(60 * share)}%" title="${signed(weight)}"
        >${word}</span
      >`;
  });
  return html`<p class="words" dir="auto">
    ${spans}${rest > 0 ? html` <i class="muted">… ${several(rest, 'word')} more</i>` : null}
  </p>`;
}
