/** What a training has come to: which epochs were kept, and whether anything was learnt. */
import { nothingLearnt } from '../domain/learnt.ts';
import type { Evaluation, Lineage, Part, Version } from '../domain/version.ts';
import { printable } from '../domain/words.ts';
import { count, figure, moment } from './words.ts';

/** What to say where a version is like a constant answer; null where something was learnt. */
export function nothingLearntSentence(evaluation: Evaluation): string | null {
  const nothing = nothingLearnt(evaluation);
  if (nothing === null) return null;
  const { accuracy, part } = evaluation;
  const [than, learnt] = accuracy <= nothing.share ? ['no', 'nothing'] : ['not clearly', 'little or nothing'];
  const constant = `always answering "${printable(nothing.label)}"`;
  return (
    `${than} better than ${constant} (${figure(accuracy)}, and that has ${figure(nothing.share)} of the ${part} part): ` +
    `${learnt} was learnt; lower train.learning rate, or train for more epochs`
  );
}

/** One of a version's networks. */
export interface TrainedNetwork {
  capabilities: string[];
  keptEpoch: number;
  curve: { accuracy: number; macroF1: number }[];
}

/** `before` is when the same version was registered, null where it is new. */
export function trainedText(version: Version, networks: readonly TrainedNetwork[], before: string | null): string {
  const name = `v${version.number} of ${version.model}: ${version.digest.slice(0, 12)}`;
  return [
    `${name}, trained on ${count(version.trainedOn)} examples of ${version.spec.data}`,
    ...(before === null
      ? []
      : [`It was trained already (${moment(before)} UTC): the same plan, data and code make the same version.`]),
    ...networks.map(keptText),
  ].join('\n');
}

function keptText({ capabilities, keptEpoch, curve }: TrainedNetwork): string {
  const kept = curve[keptEpoch - 1];
  const epoch = `${capabilities.join(', ')}: kept epoch ${keptEpoch} of ${curve.length}`;
  if (kept === undefined) return epoch;
  return `${epoch}, accuracy ${figure(kept.accuracy)} and macro F1 ${figure(kept.macroF1)} on the validation part`;
}

/** Where a dataset was replaced since the version learnt from it, so that what was held out then need not be now. */
export function otherDataSentence(number: number, part: Part, { measuredOn, trainedOn }: Lineage): string | null {
  if (measuredOn.name !== trainedOn.name || measuredOn.digest === trainedOn.digest) return null;
  const [now, then] = [measuredOn, trainedOn].map(({ digest }) => digest.slice(0, 12));
  return `${measuredOn.name} was replaced since v${number} was trained on it (${then} then, ${now} now): its ${part} part may hold texts that v${number} learnt from, and a linear model learns from what it is now.`;
}
