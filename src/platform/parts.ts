/** Native parts as the set-up found or built them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { GradusError } from '../domain/errors.ts';
import { projectRoot } from './root.ts';

export interface Parts {
  /** The Temporal CLI. */
  temporal: string;
  /** Folder of PostgreSQL's programs (initdb, postgres, pg_ctl). */
  postgres: string;
  /** For tests; null unless the set-up was asked for what tests need. */
  timeSkippingServer: string | null;
  /** A browser, for tests; null as above. */
  chromium: string | null;
  /** A Python with Temporal's SDK, for tests; null as above, or where it could not be had. */
  python: string | null;
}

/** What `scripts/setup.mjs` writes beside the packages, so that it goes when they go. */
const file = path.join(projectRoot, 'node_modules', '.gradus', 'parts.json');

const written = z.object({
  found: z.object({
    temporal: z.string().optional(),
    postgresBin: z.string().optional(),
    timeSkippingServer: z.string().optional(),
    chromium: z.string().optional(),
    python: z.string().optional(),
  }),
});

/** Throws `PART_MISSING` where the set-up has not been run; so does a part that it left out, when it is asked for. */
export function findParts(): Parts {
  const { found } = read();
  return {
    get temporal() {
      return found.temporal ?? missing('the Temporal CLI');
    },
    get postgres() {
      return found.postgresBin ?? missing('PostgreSQL');
    },
    timeSkippingServer: found.timeSkippingServer ?? null,
    chromium: found.chromium ?? null,
    python: found.python ?? null,
  };
}

function read(): z.infer<typeof written> {
  try {
    return written.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    return missing('the native parts', cause);
  }
}

function missing(what: string, cause?: unknown): never {
  throw new GradusError('PART_MISSING', `Not set up: ${what} (see ${file}). Run \`npm run setup\`.`, { cause });
}
