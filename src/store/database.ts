/** The connection to PostgreSQL: migrated before its first use, and tried again when it was lost for a moment. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, Migrator, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { GradusError } from '../domain/errors.ts';
import { migrations } from './migrations.ts';
import type { Tables } from './tables.ts';

export interface Database {
  /**
   * Runs `work`, again while the connection fails, for `retryMs` at most; then throws `STORE_UNREACHABLE`. Since a lost
   * connection leaves open whether `work` was done, all work has to be harmless when done twice. What takes too long is
   * ended, and throws `STORE_SLOW`.
   */
  run<T>(work: (db: Kysely<Tables>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most. */
  connections: number;
  /** How long one call goes on trying; 0: once. */
  retryMs: number;
  /** The longest that one statement may take; then it is ended, at the server too. */
  statementMs?: number;
}

/** The server ends a statement before the client gives it up: what nobody waits for would go on there. */
const usualStatementMs = 55_000;
const giveUpAfterMs = 5_000;

/** Any number, the same in every Gradus: who holds it may change the schema. */
const migrationLock = 4_740_001;

export function connect(url: string, options: DatabaseOptions): Database {
  const { statementMs = usualStatementMs } = options;
  const db = open(url, {
    max: options.connections,
    query_timeout: statementMs + giveUpAfterMs,
    // Not with the connection's first packet, in which PgBouncer takes no settings.
    verify: (client, done) => client.query(`set statement_timeout = ${statementMs}`, (error) => done(error)),
  });
  let migrated: Promise<void> | null = null;

  function ready(): Promise<void> {
    migrated ??= bringUpToDate(db, url).catch((error: unknown) => {
      migrated = null;
      throw error;
    });
    return migrated;
  }

  return {
    async run(work) {
      const deadline = Date.now() + options.retryMs;
      for (let pauseMs = 25; ; pauseMs = Math.min(pauseMs * 2, 800)) {
        try {
          await ready();
          return await work(db);
        } catch (error) {
          if (codeOf(error) === canceled) throw tooSlow(url, statementMs, error);
          if (!isPassing(error)) throw error;
          if (Date.now() + pauseMs > deadline) throw unreachable(url, error);
          await sleep(pauseMs);
        }
      }
    },
    close: () => db.destroy(),
  };
}

function open(url: string, config: pg.PoolConfig): Kysely<Tables> {
  const pool = new pg.Pool({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    application_name: 'gradus',
    ...config,
  });
  // A connection that breaks tells the pool when it is idle and itself when it is in use: without a listener, either ends the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

async function bringUpToDate(db: Kysely<Tables>, url: string): Promise<void> {
  if (await isUpToDate(db)) return;
  // A change of a large table, or the wait for another process that makes it, takes as long as it takes.
  const patient = open(url, { max: 1 });
  try {
    await migrate(patient);
  } finally {
    await patient.destroy();
  }
}

async function isUpToDate(db: Kysely<Tables>): Promise<boolean> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
    return rows.length === Object.keys(migrations).length && rows.every(({ name }) => Object.hasOwn(migrations, name));
  } catch (error) {
    if (codeOf(error) === noSuchTable) return false;
    throw error;
  }
}

/** Several processes may open the store at once: one changes the schema, the others wait for it. */
async function migrate(db: Kysely<Tables>): Promise<void> {
  await db.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(${migrationLock})`.execute(one);
    try {
      const migrator = new Migrator({ db: one, provider: { getMigrations: async () => migrations } });
      const { error } = await migrator.migrateToLatest();
      if (error instanceof Error && /corrupted migrations/.test(error.message)) {
        const message =
          'The database was made by a newer Gradus than this one. Update Gradus, or use another database.';
        throw new GradusError('SETTING_INVALID', message, { cause: error });
      }
      if (error !== undefined) throw error;
    } finally {
      // Where the connection is lost, so is the lock.
      await sql`select pg_advisory_unlock(${migrationLock})`.execute(one).catch(() => {});
    }
  });
}

/** SQL states. */
const canceled = '57014';
const noSuchTable = '42P01';
/** Starting, stopping, too busy, or two transactions in each other's way. Class 08 is about connections. */
const passingStates = new Set(['57P01', '57P02', '57P03', '57P05', '53300', '40001', '40P01']);
const passingErrors = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);
const passingWords =
  /connection terminated|timeout exceeded when trying to connect|connection error|query read timeout/i;

/** Whether the same call may succeed soon. */
function isPassing(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isPassing);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code !== null && (passingStates.has(code) || passingErrors.has(code) || /^08...$/.test(code))) return true;
  return passingWords.test(error.message);
}

/** The SQL state or the system's name of an error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

function unreachable(url: string, cause: unknown): GradusError {
  const message = `PostgreSQL at ${placeOf(url)} cannot be reached. See that it runs and that DATABASE_URL is right.`;
  return new GradusError('STORE_UNREACHABLE', message, { cause });
}

function tooSlow(url: string, statementMs: number, cause: unknown): GradusError {
  const message = `PostgreSQL at ${placeOf(url)} ended a statement: it took longer than ${statementMs / 1000} s, or somebody cancelled it. See in pg_stat_activity what keeps it busy or holds a lock.`;
  return new GradusError('STORE_SLOW', message, { cause });
}

/** Without the password, and also where the address is not a URL. */
function placeOf(url: string): string {
  const { host, port } = new pg.Client({ connectionString: url });
  return `${host}:${port}`;
}

/** PostgreSQL takes neither NUL nor half a surrogate pair; one of them must not hold up all that comes after it. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'string' ? part.replace(/\0|\p{Surrogate}/gu, '\uFFFD') : part,
  );
}
