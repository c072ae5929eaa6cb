/** Answers of a version, each with what its words did for it. */
import type { ExplainedAnswer, ExplainOrder } from '../domain/card.ts';
import { attribute } from './explanation.ts';
import { highest } from './heads.ts';
import { openVersion, placeOf } from './predictor.ts';
import { createVectorizer, readTokens } from './vectorizer.ts';
import type { ReadVersion } from './version-files.ts';

/** What the version answers to one text, and why. */
export async function explainAnswer(
  artefacts: string,
  { version, capability, text }: ExplainOrder,
): Promise<ExplainedAnswer> {
  const opened = await openVersion(artefacts, version);
  try {
    const [probabilities] = await opened.predictor.probabilities(capability, [text]);
    return explained(opened.version, capability, { id: null, truth: null, text }, probabilities ?? new Float32Array());
  } finally {
    opened.predictor.release();
  }
}

/** The answer that these probabilities give. */
export function explained(
  version: ReadVersion,
  capability: string,
  { id, truth, text }: { id: string | null; truth: string | null; text: string },
  probabilities: Float32Array,
): ExplainedAnswer {
  const { network: place, head } = placeOf(version, capability);
  const network = version.networks[place];
  if (network === undefined) throw new Error('A network is missing.');
  const label = highest(probabilities);
  const sequence = createVectorizer(version.vocabulary, version.length)(text);
  const weights = attribute(network, sequence, network.shape.heads.indexOf(head), label);
  const words = readTokens(text, version.length);
  const pads = sequence.length - words.length;
  return {
    id,
    truth,
    label: head.labels[label] ?? '',
    confidence: probabilities[label] ?? 0,
    words: words.map((word, i) => ({ word, weight: weights[pads + i] ?? 0 })),
  };
}
