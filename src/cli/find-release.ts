/** Finds the release that a command is about: the one that was named, or the newest. */
import { GradusError } from '../domain/errors.ts';
import type { Releases } from '../domain/ports.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { didYouMean } from '../domain/words.ts';

/** Throws `RELEASE_UNKNOWN`. */
export async function findRelease(
  releases: Pick<Releases, 'find' | 'list' | 'names'>,
  id?: string,
): Promise<ReleaseReport> {
  if (id === undefined) {
    const [newest] = await releases.list({ most: 1 });
    if (newest === undefined) {
      throw new GradusError('RELEASE_UNKNOWN', 'There is no release yet. Start one with: gradus release start PLAN');
    }
    return newest;
  }
  const report = await releases.find(id);
  if (report !== null) return report;
  throw new GradusError(
    'RELEASE_UNKNOWN',
    `There is no release "${id}"${didYouMean(id, await releases.names())}. List them with: gradus release list`,
  );
}

/** The one that a person's message is for: named, or the only one that has not ended. */
export async function openRelease(releases: Pick<Releases, 'list'>, id?: string): Promise<string> {
  if (id !== undefined) return id;
  const underWay = await releases.list({ open: true });
  const open = underWay.map((release) => release.id);
  // Those that wait for their model are meant only where they are named.
  const busy = underWay.filter(({ standing }) => standing?.kind !== 'queued').map((release) => release.id);
  const [only, ...others] = busy.length > 0 ? busy : open;
  if (only === undefined) throw new GradusError('RELEASE_UNKNOWN', 'No release is under way. See: gradus release list');
  if (others.length > 0) {
    throw new GradusError(
      'REQUEST_INVALID',
      `Several releases are under way: ${open.join(', ')}. Name the one you mean.`,
    );
  }
  return only;
}
