/** What is no mistake of a policy's form, and holds nothing all the same: freezes that are over, and of models that nobody knows. */
import type { Freeze } from './freeze.ts';
import { didYouMean, listed } from './words.ts';
import { instantOf } from './zoned-time.ts';

/** A sentence for each, without its full stop; `models` are those that there are, null where nobody can say. */
export function freezeWarnings(freezes: readonly Freeze[], models: readonly string[] | null, nowMs: number): string[] {
  return freezes.flatMap(({ name, zone, when, models: own = [] }) => {
    const isOver = when.kind === 'dates' && instantOf(when.until, zone, 'last') <= nowMs;
    const unknown = models === null ? [] : own.filter((model) => !models.includes(model));
    const [only] = unknown;
    const meant = unknown.length === 1 && only !== undefined ? didYouMean(only, models ?? []) : '';
    return [
      ...(isOver ? [`freeze.${name}: it is over already, and holds nothing any more`] : []),
      ...(unknown.length === 0
        ? []
        : [`freeze.${name}: there is no model ${listed(unknown, 'or')} yet${meant}, so it holds none of that name`]),
    ];
  });
}
