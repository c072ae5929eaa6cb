/** Names of what there is, for completion: from whatever can be asked at once, and never by starting anything. */
import type { Config } from '../../platform/config.ts';
import { runningOn } from '../../platform/run-file.ts';
import type { StoredKind } from '../../store/names.ts';
import type { NameKind } from './sources.ts';

export interface CompletedName {
  name: string;
  about: string;
}

/** A person waits after pressing Tab: what does not answer within this time is not shown. */
const withinMs = 1_000;

/** `of` is the model whose versions or capabilities are asked for, or ''. Throws whatever kept it from being asked. */
export async function completedNames(config: Config, kind: NameKind, of: string): Promise<CompletedName[]> {
  if (kind === 'datasets') return datasets(config);
  if (kind === 'schedules') return schedules(config);
  return stored(config, kind, of);
}

async function stored(config: Config, kind: StoredKind, of: string): Promise<CompletedName[]> {
  const url = config.databaseUrl ?? runningOn(config.home)?.addresses?.database;
  if (url === undefined) return [];
  const { readNames } = await import('../../store/names.ts');
  return readNames(url, kind, of, withinMs);
}

async function datasets(config: Config): Promise<CompletedName[]> {
  const [{ datasetPlaces }, { listOwn }, { includedNames }] = await Promise.all([
    import('../../platform/config.ts'),
    import('../../datasets/own/own-datasets.ts'),
    import('../../datasets/index.ts'),
  ]);
  const own = await listOwn(datasetPlaces(config).own);
  return [
    ...includedNames.map((name) => ({ name, about: 'comes with Gradus' })),
    ...own.map((name) => ({ name, about: 'yours' })),
  ];
}

async function schedules(config: Config): Promise<CompletedName[]> {
  if (config.temporal === null && runningOn(config.home) === null) return [];
  const [{ listSchedules }, { withTemporal }] = await Promise.all([
    import('../../platform/schedules.ts'),
    import('../../platform/temporal-client.ts'),
  ]);
  const all = await withTemporal(config, (client) =>
    client.withDeadline(Date.now() + withinMs, () => listSchedules(client)),
  );
  return all.map(({ name, model, when }) => ({ name, about: `${model}, ${when}` }));
}
