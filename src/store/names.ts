/** Names of what is in the store, for completion and lists, read in a moment: one connection of its own, which changes nothing and loads little. */
import pg from 'pg';

/** Queries as text: the builder and the schema's migrations take longer to load than a person waits after Tab. */
const queries = {
  releases: `select id as name, coalesce(report->>'state', '') as about from releases order by started_at desc limit 200`,
  'open-releases': `select id as name, coalesce(report->>'state', '') as about from releases where ended_at is null
    order by started_at desc`,
  requests: `select report->'waiting'->>'id' as name, report->'waiting'->>'question' as about from releases
    where ended_at is null and report->'waiting'->>'id' is not null`,
  plans: `select name, plan->>'model' as about from plans order by name`,
  models: `select model as name, count(*) || ' versions' as about from versions group by model order by model`,
  versions: `select 'v' || number as name, created_at::date::text as about from versions
    where model = $1 order by number desc limit 200`,
  capabilities: `select capability as name, string_agg(model, ', ' order by model) as about from routes
    where $1 = '' or model = $1 group by 1 order by 1`,
} as const;

export type StoredKind = keyof typeof queries;

export interface Name {
  name: string;
  about: string;
}

/** `of` is the model whose versions or capabilities are asked for. Throws what keeps them from being read within the time. */
export async function readNames(url: string, kind: StoredKind, of: string, withinMs: number): Promise<Name[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
    application_name: 'gradus names',
    options: `-c default_transaction_read_only=on -c statement_timeout=${withinMs}`,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    const values = queries[kind].includes('$1') ? [of] : [];
    const { rows } = await client.query<{ name: string; about: string | null }>(queries[kind], values);
    return rows.map(({ name, about }) => ({ name, about: about ?? '' }));
  } finally {
    await client.end().catch(() => {});
  }
}
