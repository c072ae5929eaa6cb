/** Answers of trained versions, which are loaded from their files and checked at their first use. */
import { GradusError } from '../domain/errors.ts';
import type { Models, Prediction, Predictor } from '../domain/ports.ts';
import { didYouMean, listed } from '../domain/words.ts';
import { quietTensorFlow } from './environment.ts';
import { highest } from './heads.ts';
import { createAnsweringNetwork, probabilitiesOf } from './inference.ts';
import type { AnsweringNetwork } from './inference.ts';
import type { Sequence } from './packing.ts';
import type { Head } from './shape.ts';
import { tensorflow } from './tensorflow.ts';
import { createVectorizer, padding, unknown } from './vectorizer.ts';
import { readVersion } from './version-files.ts';
import type { ReadVersion } from './version-files.ts';

export interface ModelsOptions {
  /** Folder of versions. */
  artefacts: string;
  /** Versions that stay loaded, each some 40 MB; what was asked for longest ago goes first. */
  loaded?: number;
}

export function createModels({ artefacts, loaded = 6 }: ModelsOptions): Models {
  quietTensorFlow();
  loadEarly();
  const versions = new Map<string, Promise<LoadedVersion>>();
  return {
    load(digest) {
      const known = versions.get(digest);
      const version = known ?? readVersion(artefacts, digest).then(createPredictor);
      // The order of a Map is that of its insertions: this one is now the newest.
      versions.delete(digest);
      versions.set(digest, version);
      if (known === undefined) {
        version.catch(() => versions.delete(digest));
        for (const [oldest, leaving] of [...versions].slice(0, Math.max(0, versions.size - loaded))) {
          versions.delete(oldest);
          void leaving.then((old) => old.release()).catch(() => {});
        }
      }
      return version;
    },
    keep(digest) {
      const version = versions.get(digest);
      if (version === undefined) return;
      versions.delete(digest);
      versions.set(digest, version);
    },
  };
}

/** Half a second in which this thread does nothing else: better now, when nobody waits for an answer yet. */
function loadEarly(): void {
  try {
    tensorflow();
  } catch {
    // Whoever loads a version is told what is missing.
  }
}

export interface LoadedVersion extends Predictor {
  /** Of a capability's labels, in their order, for each text. */
  probabilities(capability: string, texts: string[]): Promise<Float32Array[]>;
  /** Gives TensorFlow's memory back; an answer that is still asked for takes it again for as long as it needs. */
  release(): void;
}

/** Texts that are answered at once where nobody else waits for the thread. */
export const answeredAtOnce = 64;

export interface OpenedVersion {
  version: ReadVersion;
  predictor: LoadedVersion;
}

/** For measuring: whoever opens it releases the predictor. */
export async function openVersion(artefacts: string, digest: string): Promise<OpenedVersion> {
  const version = await readVersion(artefacts, digest);
  return { version, predictor: createPredictor(version, answeredAtOnce) };
}

/** `batch` texts are answered at once, before others get their turn in this thread: some 20 ms. */
export function createPredictor(version: ReadVersion, batch = 16): LoadedVersion {
  const vectorize = createVectorizer(version.vocabulary, version.length);
  let networks: AnsweringNetwork[] | null = null;
  const opened = (): AnsweringNetwork[] =>
    (networks ??= version.networks.map(({ shape, weights }) => createAnsweringNetwork(shape, weights)));
  const close = (): void => {
    for (const network of networks ?? []) network.dispose();
    networks = null;
  };
  let released = false;
  opened();
  async function probabilities(capability: string, sequences: Sequence[]): Promise<Float32Array[]> {
    const { network: place, offset, head } = placeOf(version, capability);
    const rows: Float32Array[] = [];
    for (let at = 0; at < sequences.length; at += batch) {
      if (at > 0) await new Promise((resolve) => setImmediate(resolve));
      const network = opened()[place];
      if (network === undefined) throw new Error('A network is missing.');
      for (const row of probabilitiesOf(network, sequences.slice(at, at + batch))) {
        rows.push(row.subarray(offset, offset + head.labels.length));
      }
    }
    if (released) close();
    return rows;
  }
  return {
    labels: version.labels,
    probabilities: (capability, texts) => probabilities(capability, texts.map(vectorize)),
    async predict(capability, texts) {
      const { head } = placeOf(version, capability);
      const sequences = texts.map(vectorize);
      const rows = await probabilities(capability, sequences);
      return rows.map((row, place) => ({ ...best(row, head), read: countsOf(sequences[place] ?? noTokens) }));
    },
    release() {
      released = true;
      close();
    },
  };
}

const noTokens = new Int32Array();

/** Tokens that were read, and how many of them are unknown. */
export function countsOf(sequence: Sequence): { tokens: number; unknown: number } {
  let [tokens, unread] = [0, 0];
  for (const word of sequence) {
    if (word !== padding) tokens += 1;
    if (word === unknown) unread += 1;
  }
  return { tokens, unknown: unread };
}

/** Which network answers for a capability, and where its labels begin among the network's outputs. */
export function placeOf({ networks, labels, digest }: ReadVersion, capability: string) {
  for (const [network, { shape }] of networks.entries()) {
    let offset = 0;
    for (const head of shape.heads) {
      if (head.capability === capability) return { network, head, offset };
      offset += head.labels.length;
    }
  }
  const known = Object.keys(labels);
  throw new GradusError(
    'CAPABILITY_UNKNOWN',
    `Version ${digest.slice(0, 12)} has no capability "${capability}"${didYouMean(capability, known)}; it has ${listed(known)}.`,
  );
}

/** The most probable label; the first one where no probability is a number. */
function best(probabilities: Float32Array, { labels }: Head): Prediction {
  const place = highest(probabilities);
  const confidence = probabilities[place] ?? 0;
  return { label: labels[place] ?? '', confidence: Number.isFinite(confidence) ? confidence : 0 };
}
