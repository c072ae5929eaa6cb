/** Whether the data that a plan trains on is there: a release of data that is not would fail in its first step. */
import type { Plan } from '../domain/plan.ts';
import { datasetPlaces, type Config } from '../platform/config.ts';

/** Throws DATA_UNKNOWN, or CAPABILITY_UNKNOWN with every capability that it has no labels for. */
export async function needData(config: Config, { candidate, capabilities }: Plan): Promise<void> {
  if (candidate.kind !== 'train') return;
  const { checkLabels } = await import('../datasets/index.ts');
  await checkLabels(candidate.train.data, Object.keys(capabilities), datasetPlaces(config));
}
