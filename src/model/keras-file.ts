/** A network of a version as files that Keras can be given: weights as safetensors, and the words that ids stand for. */
import { GradusError } from '../domain/errors.ts';
import { listed } from '../domain/words.ts';
import { toKeras } from './keras-weights.ts';
import { placeOf } from './predictor.ts';
import type { NetworkShape, Weights } from './shape.ts';
import { leadingPads } from './vectorizer.ts';
import type { ReadVersion } from './version-files.ts';
import { encodeTensors } from './weight-file.ts';

export interface KerasFiles {
  shape: NetworkShape;
  /** Shapes of Keras's tensors, in the order in which they lie in the file. */
  tensors: Record<string, number[]>;
  weights: Buffer;
  /** A word a line, the first of them for the first id that stands for a word. */
  vocabulary: string;
}

/** Throws CAPABILITY_UNKNOWN, or REQUEST_INVALID where no capability says which of several networks is meant. */
export function kerasFiles(version: ReadVersion, capability?: string): KerasFiles {
  const { shape, weights } = networkFor(version, capability);
  const tensors = toKeras(shape, weights);
  return {
    shape,
    tensors: Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor.shape])),
    weights: encodeTensors(tensors, {
      gates: 'input, forget, candidate, output',
      pooling: shape.pooling,
      length: String(version.length),
      leading_pads: String(leadingPads),
      labels: JSON.stringify(Object.fromEntries(shape.heads.map(({ capability, labels }) => [capability, labels]))),
      version: version.digest,
    }),
    vocabulary: version.vocabulary.map((word) => `${word}\n`).join(''),
  };
}

function networkFor(version: ReadVersion, capability?: string): { shape: NetworkShape; weights: Weights } {
  const { networks, labels, digest } = version;
  const [first, ...others] = networks;
  if (capability === undefined && others.length > 0) {
    const message = `Version ${digest.slice(0, 12)} has ${networks.length} networks: say with --capability whose is meant, ${listed(Object.keys(labels), 'or')}.`;
    throw new GradusError('REQUEST_INVALID', message);
  }
  const network = capability === undefined ? first : networks[placeOf(version, capability).network];
  if (network === undefined) throw new Error('A version has at least one network.');
  return network;
}
