/** Whether the time that people have for an open request runs: what holds the release from outside or inside stops its clock. */
import type { ReleaseReport, Waiting } from './report.ts';

/** Why the clock stands, in words for where else the time would be; null: it runs. */
export function whyClockStands(
  { state, standing = null }: Pick<ReleaseReport, 'state' | 'standing'>,
  { held }: Pick<Waiting, 'held'>,
): string | null {
  if (held) return 'held: it stays open until somebody decides';
  if (state === 'paused') return 'paused: its clock stands until the release is resumed';
  if (standing?.kind === 'stopped') return 'stopped: its clock stands until the stop of all releases ends';
  return null;
}
