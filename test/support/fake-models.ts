/** Versions that answer with their own digest, at once: what is tested is who gets which, not what they say. */
import { GradusError } from '../../src/domain/errors.ts';
import type { Models } from '../../src/domain/ports.ts';

export interface FakeModels extends Models {
  /** Digests that cannot be loaded. */
  missing: Set<string>;
  /** Digests that are loaded and fail at every text. */
  failing: Set<string>;
  /** Called before each answer; what it returns is waited for. */
  before: (digest: string) => Promise<void> | void;
  /** Digests in the order of their loading. */
  loads: string[];
}

export function fakeModels(): FakeModels {
  const models: FakeModels = {
    missing: new Set(),
    failing: new Set(),
    before: () => {},
    loads: [],
    keep: () => {},
    async load(digest) {
      if (models.missing.has(digest))
        throw new GradusError('VERSION_UNKNOWN', `There are no files of version ${digest}.`);
      models.loads.push(digest);
      return {
        labels: {},
        async predict(_, texts) {
          await models.before(digest);
          if (models.failing.has(digest)) throw new Error('a fault');
          return texts.map(() => ({ label: digest, confidence: 0.5 }));
        },
      };
    },
  };
  return models;
}
