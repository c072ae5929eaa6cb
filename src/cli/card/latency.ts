/** How long a version takes to answer, and where that was measured. */
import type { Card } from '../../domain/card.ts';
import { figure, moment, several } from '../words.ts';

export function latencySentence({ texts, p50Ms, p95Ms }: Card['latency'][number]): string {
  const what = texts === 1 ? 'one text' : `${several(texts, 'text')} at once`;
  return `${what}: ${milliseconds(p50Ms)} (p50), ${milliseconds(p95Ms)} (p95)`;
}

/** Where there is one: each card measures it anew. */
export function latencyPlace({ latency, latencyMeasured: { at, machine } }: Card): string {
  return latency.length === 0 ? 'not measured' : `measured for this card at ${moment(at)} UTC on ${machine}`;
}

export function milliseconds(ms: number): string {
  return `${figure(ms, ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms`;
}
