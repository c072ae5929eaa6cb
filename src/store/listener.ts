/** Hears of changed routes from PostgreSQL at once, on one connection that comes back by itself when it is lost. */
import pg from 'pg';

export const routesChannel = 'gradus_routes';
const againMs = 1_000;

export interface Listener {
  watch(changed: () => void): () => void;
  close(): void;
}

/** Connects when the first watcher comes. Watchers are also called on connecting, since something may have been missed. */
export function createListener(url: string): Listener {
  const watchers = new Set<() => void>();
  let client: pg.Client | null = null;
  let timer: NodeJS.Timeout | null = null;

  const tell = (): void => watchers.forEach((changed) => changed());

  async function open(): Promise<void> {
    timer = null;
    const fresh = new pg.Client({ connectionString: url, keepAlive: true, application_name: 'gradus listener' });
    client = fresh;
    const lost = (): void => {
      fresh.end().catch(() => {});
      if (client !== fresh) return;
      client = null;
      if (watchers.size > 0) timer = setTimeout(() => void open(), againMs);
    };
    fresh.once('end', lost);
    fresh.on('error', lost);
    fresh.on('notification', tell);
    try {
      await fresh.connect();
      await fresh.query(`listen ${routesChannel}`);
      tell();
    } catch {
      lost();
    }
  }

  function close(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    const old = client;
    client = null;
    old?.end().catch(() => {});
  }

  return {
    watch(changed) {
      watchers.add(changed);
      if (client === null && timer === null) void open();
      return () => {
        watchers.delete(changed);
        if (watchers.size === 0) close();
      };
    },
    close() {
      watchers.clear();
      close();
    },
  };
}
