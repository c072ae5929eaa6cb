/** What a change makes of a route: pure, so that every store of routes obeys the same rules. */
import { GradusError } from '../domain/errors.ts';
import type { RouteChange } from '../domain/ports.ts';
import { nobody, type Exposure, type Route } from '../domain/route.ts';

export type RouteState = Omit<Route, 'revision'>;

/** The capabilities that a change moves, each once, of those that it names; `before` is their routes so far. */
export function moved({ capabilities, to }: RouteChange, before: ReadonlyMap<string, RouteState>): string[] {
  const named = [...new Set(capabilities)];
  if (to.kind !== 'restored' || to.under === undefined) return named;
  const { under } = to;
  return named.filter((capability) => before.get(capability)?.phase.startsWith(under) === true);
}

/** The route of one of the change's capabilities afterwards; `before` is null where it has none yet. */
export function changed(before: RouteState | null, capability: string, change: RouteChange): RouteState {
  const { model, phase, to } = change;
  switch (to.kind) {
    case 'exposed': {
      const { candidate, exposure } = to;
      return { model, capability, stable: before?.stable ?? null, candidate, exposure, phase };
    }
    case 'full':
      return { model, capability, stable: to.candidate, candidate: null, exposure: nobody, phase };
    case 'restored': {
      const stable = to.versions[capability];
      if (stable === undefined) {
        const message = `Routes of ${model} cannot be restored: what was stable for ${capability} is not given.`;
        throw new GradusError('REQUEST_INVALID', message);
      }
      return { model, capability, stable, candidate: null, exposure: nobody, phase };
    }
  }
}

export function sameRoute(a: RouteState, b: RouteState): boolean {
  return (
    a.stable === b.stable && a.candidate === b.candidate && a.phase === b.phase && sameExposure(a.exposure, b.exposure)
  );
}

function sameExposure(a: Exposure, b: Exposure): boolean {
  const key = ({ groups, gray, experiment }: Exposure): string =>
    JSON.stringify([[...groups].sort(), gray?.salt, gray?.share, experiment?.salt, experiment?.share]);
  return key(a) === key(b);
}
