/** The conditions of a verdict: each capability's interval beside the limit, on one scale for each condition. */
import type { Finding } from '../../domain/verdict.ts';
import { count, figure, signed } from '../words.ts';
import { at, html, labelWidth, type Html } from './html.ts';
import { drawn, type Drawn } from './limits.ts';
import { scaleOver, type Scale } from '../../domain/scale.ts';

const tones = { holds: 'good', breached: 'bad', open: 'unclear' } as const;
const marks = { holds: '✓', breached: '✗', open: '?' } as const;
const height = 24;

export function findings(all: readonly Finding[]): Html {
  const groups = new Map<string, Finding[]>();
  for (const one of all) groups.set(one.condition, [...(groups.get(one.condition) ?? []), one]);
  return html`${[...groups].map(([condition, list]) => group(condition, list))}`;
}

function group(condition: string, list: readonly Finding[]): Html {
  const shapes = list.map((finding) => ({ finding, shape: drawn(finding) }));
  const of = shapes.find(({ shape }) => shape !== null)?.shape?.of ?? null;
  const fitting = shapes.flatMap(({ shape }) => (shape === null || shape.of !== of ? [] : shape));
  const scale = scaleOf(fitting);
  const limited = fitting.some((shape) => shape.limit !== null);
  const what = of === 'difference' ? 'candidate − stable' : 'candidate';
  return html`<figure class="findings">
    <figcaption>
      <code>${condition}</code>
      ${of === null ? null : html`<small>${what}${limited ? '; not allowed where shaded' : ''}</small>`}
    </figcaption>
    <div class="rows" style="${labelWidth(list.map((one) => one.capability))}">
      ${shapes.map(({ finding, shape }) => row(finding, shape === null || shape.of !== of ? null : shape, scale))}
      ${of === null ? null : axis(of, scale)}
    </div>
  </figure>`;
}

/** Reaches a little beyond each limit, so that its forbidden side is seen. */
function scaleOf(shapes: readonly Drawn[]): Scale {
  const values = shapes.flatMap(({ of, estimate, limit }) => [
    estimate.low,
    estimate.high,
    ...(limit === null ? [] : [limit]),
    ...(of === 'difference' ? [0] : []),
  ]);
  const margin = 0.1 * (Math.max(...values) - Math.min(...values));
  const limits = shapes.flatMap(({ limit }) => limit ?? []);
  return scaleOver([...values, ...limits.flatMap((limit) => [limit - margin, limit + margin])], 4);
}

function row(finding: Finding, shape: Drawn | null, scale: Scale): Html {
  const { capability, reason, state } = finding;
  return html`<div class="row" title="${reason}">
    <span class="label"
      ><span class="mark ${tones[state]}" aria-hidden="true">${marks[state]}</span> ${capability}</span
    >
    ${
      shape === null
        ? html`<span class="muted">${reason}</span><span class="number"></span>`
        : html`${drawing(finding, shape, scale)}
            <span class="number"
              >${written(shape.of, shape.estimate.value)}
              <small>${range(shape)} n ${count(shape.estimate.n)}</small></span
            >`
    }
  </div>`;
}

function drawing({ capability, state }: Finding, { of, estimate, limit, allowed }: Drawn, scale: Scale): Html {
  const x = (value: number): string => at(scale.of(value));
  const words = `${capability}: ${written(of, estimate.value)} ${range({ of, estimate, limit, allowed })}`;
  const beside = limit === null ? '' : `, limit ${written(of, limit)}`;
  const [from, wide] =
    limit === null ? [0, 0] : allowed === 'above' ? [0, scale.of(limit)] : [scale.of(limit), 1 - scale.of(limit)];
  return html`<svg role="img" aria-label="${words}${beside}, ${state}" width="100%" height="${height}">
    ${
      limit === null
        ? null
        : html`<rect class="forbidden" x="${at(from)}" width="${at(wide)}" y="0" height="${height}" />
            <line class="limit" x1="${x(limit)}" x2="${x(limit)}" y1="0" y2="${height}" />`
    }
    ${of === 'difference' ? html`<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${height}" />` : null}
    <line class="whisker ${tones[state]}" x1="${x(estimate.low)}" x2="${x(estimate.high)}" y1="12" y2="12" />
    <circle class="point ${tones[state]}" cx="${x(estimate.value)}" cy="12" r="4" />
  </svg>`;
}

function axis(of: Drawn['of'], scale: Scale): Html {
  const label = (tick: number): string =>
    tick === 0 ? '0' : of === 'difference' ? signed(tick, scale.digits) : figure(tick, scale.digits);
  return html`<div class="row axis-row" aria-hidden="true">
    <span></span>
    <svg width="100%" height="16">
      ${scale.ticks.map((tick) => html`<text class="tick mid" x="${at(scale.of(tick))}" y="12">${label(tick)}</text>`)}
    </svg>
    <span></span>
  </div>`;
}

function range({ of, estimate }: Drawn): string {
  return `[${written(of, estimate.low)}, ${written(of, estimate.high)}]`;
}

/** Differences with their sign; three decimals for shares, one for milliseconds. */
function written(of: Drawn['of'], value: number): string {
  if (of === 'difference') return signed(value);
  return figure(value, Math.abs(value) >= 10 ? 1 : 3);
}
