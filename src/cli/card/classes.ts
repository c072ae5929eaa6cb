/** Label by label: how well each is found, which are taken for which, and how many examples there are of each. */
import type { CapabilityCard } from '../../domain/card.ts';
import type { Evaluation } from '../../domain/version.ts';
import { columns } from '../lines.ts';
import { html, type Html } from '../page/html.ts';
import { count, figure, percent } from '../words.ts';
import {
  balanceOf,
  classesOf,
  confusionsOf,
  gridLabels,
  parts,
  shownConfusions,
  shownLabels,
  type Confusion,
} from './facts.ts';
import { foldedTable, named, tableOf } from './marks.ts';

export function classTable({ evaluation }: CapabilityCard): Html {
  const all = classesOf(evaluation);
  return html`<figure>
    <figcaption>
      <h3>Each label</h3>
      ${all.length > shownLabels ? html`<p>The worst of ${count(all.length)} labels by F1 first</p>` : null}
    </figcaption>
    ${foldedTable(
      [{ text: 'label' }, 'precision', 'recall', 'F1', 'examples'],
      all.map(
        ([label, { precision, recall, f1, support }]) =>
          html`<tr>
            <th scope="row" class="text">${named(label)}</th>
            <td>${figure(precision)}</td>
            <td>${figure(recall)}</td>
            <td>${figure(f1)}</td>
            <td>${count(support)}</td>
          </tr>`,
      ),
      shownLabels,
    )}
  </figure>`;
}

export function confusion({ evaluation }: CapabilityCard): Html {
  return evaluation.labels.length <= gridLabels ? grid(evaluation) : list(evaluation);
}

/** Columns bear numbers where names would not fit above them. */
function grid({ labels, confusion: rows }: Evaluation): Html {
  const numbered = labels.length > 4 || labels.some((label) => columns(label) > 14);
  return html`<figure>
    <figcaption>
      <h3>Which is taken for which</h3>
      <p>Rows: the truth; columns: what was answered. Shaded by share of the row.</p>
    </figcaption>
    <div class="scroll">
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col" class="text">truth ↓<br />answer →</th>
            ${labels.map((label, index) =>
              numbered
                ? html`<th scope="col" title="${label}" aria-label="${label}">${index + 1}</th>`
                : html`<th scope="col">${named(label)}</th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map((row, from) => gridRow(labels, row, from, numbered))}
        </tbody>
      </table>
    </div>
  </figure>`;
}

function gridRow(labels: readonly string[], row: readonly number[], from: number, numbered: boolean): Html {
  const of = row.reduce((sum, n) => sum + n, 0);
  return html`<tr>
    <th scope="row" class="text">
      ${numbered ? html`<span class="muted">${from + 1}</span> ` : null}${named(labels[from] ?? '', 24)}
    </th>
    ${row.map((n, to) => {
      const share = of === 0 ? 0 : n / of;
      const words = `${labels[from] ?? ''} answered as ${labels[to] ?? ''}: ${count(n)} of ${count(of)} (${percent(share)})`;
      // A little more than nothing for whatever occurs at all.
      const shade = n === 0 ? 0 : Math.round(6 + 49 * share);
      return html`<td class="${from === to ? 'right' : 'wrong'}" style="--shade:${shade}%" title="${words}">
        ${n === 0 ? html`<span class="muted">0</span>` : count(n)}
      </td>`;
    })}
  </tr>`;
}

function list(evaluation: Evaluation): Html {
  const all = confusionsOf(evaluation);
  const shown = all.slice(0, shownConfusions);
  const most = shown[0]?.n ?? 1;
  const row = ({ truth, answer, n, of }: Confusion): Html =>
    html`<tr>
      <th scope="row" class="text">${named(truth, 24)}</th>
      <td class="text">${named(answer, 24)}</td>
      <td class="wrong" style="--shade:${Math.round(6 + (49 * n) / most)}%">${count(n)}</td>
      <td>${percent(Number((n / of).toFixed(3)))}</td>
    </tr>`;
  return html`<figure>
    <figcaption>
      <h3>Which is taken for which</h3>
      <p>
        ${
          all.length <= shown.length
            ? `All pairs of ${count(evaluation.labels.length)} labels that were confused`
            : `The ${shown.length} largest of ${count(all.length)} pairs of labels that were confused`
        }
      </p>
    </figcaption>
    ${shown.length === 0 ? html`<p class="muted">None.</p>` : tableOf([{ text: 'truth' }, { text: 'answered' }, 'times', 'of the truth’s'], shown.map(row))}
  </figure>`;
}

export function balance(one: CapabilityCard): Html {
  const all = balanceOf(one);
  const totals = parts.map((part) => all.reduce((sum, [, counts]) => sum + counts[part], 0));
  const learnt = totals[0] ?? 0;
  const most = Math.max(1, ...all.map(([, counts]) => counts.train));
  return html`<figure>
    <figcaption>
      <h3>Balance of the data</h3>
      <p>${parts.map((part, index) => `${part} ${count(totals[index] ?? 0)}`).join(', ')} examples</p>
    </figcaption>
    ${foldedTable(
      [{ text: 'label' }, ...parts, 'share of train', { title: '', kind: 'drawn odd' }],
      all.map(
        ([label, counts]) =>
          html`<tr>
            <th scope="row" class="text">${named(label)}</th>
            ${parts.map((part) => html`<td>${count(counts[part])}</td>`)}
            <td>${learnt === 0 ? '–' : percent(Number((counts.train / learnt).toFixed(3)))}</td>
            <td class="drawn odd"><i class="bar" style="--part:${Math.round((100 * counts.train) / most)}%"></i></td>
          </tr>`,
      ),
      shownLabels,
    )}
  </figure>`;
}
