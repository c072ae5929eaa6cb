/** What a release left that was terminated and could not clean up. */
import type { RecordPorts } from '../src/domain/ports.ts';

/** Whoever has the candidate of another release than `id` goes back to stable. */
export async function clearLeftovers(routes: RecordPorts['routes'], model: string, id: string): Promise<void> {
  const left = (await routes.current(model)).filter(
    (route) => route.candidate !== null && !route.phase.startsWith(`${id}/`),
  );
  if (left.length === 0) return;
  await routes.set({
    model,
    capabilities: left.map((route) => route.capability),
    phase: '',
    to: { kind: 'restored', versions: Object.fromEntries(left.map((route) => [route.capability, route.stable])) },
  });
}
