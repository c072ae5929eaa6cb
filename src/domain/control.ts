/** What people hold all releases by: the switch that stops them, and who has still to be told of it. */

/** Somebody stopped all releases: until it is ended, nothing starts and no exposure grows. */
export interface StopAll {
  /** 1, 2, … */
  number: number;
  by: string;
  why: string;
  at: string;
  /** Users of the releases under way went back to stable. */
  rollBack: boolean;
  /** Null while it holds. */
  end: { by: string; why: string; at: string } | null;
}

export interface StopAlls {
  /** The first of those that hold; null: none does. */
  current(): Promise<StopAll | null>;
  /** Newest first. */
  list(): Promise<StopAll[]>;
  find(number: number): Promise<StopAll | null>;
  /** Whether a stop rolls a release back: it asks for that, and the release was under way when it began. */
  rollsBack(number: number, release: string): Promise<boolean>;
  /** In force when it resolves: no store of routes lets an exposure grow. The same id again is the same stop. */
  begin(stop: { id: string; by: string; why: string; rollBack: boolean }): Promise<StopAll>;
  /** Ends all that hold, and returns them. */
  end(end: { by: string; why: string }): Promise<StopAll[]>;
}

/** Which releases under way have still to hear of something; who tells them does so again until it is noted here. */
export interface Tellings {
  /** Releases to roll back that were under way at a stop which asks for it. */
  rollbacks(): Promise<{ stop: StopAll; release: string }[]>;
  rolledBack(stop: number, release: string): Promise<void>;
  /** Releases that do not know yet that a stop or the policy has changed; `news` says up to what. */
  due(): Promise<{ release: string; news: string }[]>;
  told(release: string, news: string): Promise<void>;
  /** The first of those that wait for a model, of each model that is free. */
  next(): Promise<string[]>;
}

/** Who told of a rollback: a message of that id, which the policy lets pass where the stop on record rolls that release back. */
export function rollbackId(stop: Pick<StopAll, 'number'>): string {
  return `stop-all/${stop.number}`;
}

/** The stop that such a message follows from; null: it is another message. */
export function stopOf(messageId: string | undefined): number | null {
  const match = /^stop-all\/([1-9]\d{0,8})$/.exec(messageId ?? '');
  return match === null ? null : Number(match[1]);
}

export function stopText({ by, why, rollBack }: Pick<StopAll, 'by' | 'why' | 'rollBack'>): string {
  return `all releases were stopped by ${by}${rollBack ? ', and rolled back' : ''}: ${why}`;
}

/** Until when a freeze is overridden whose end nobody knows. */
export const forEver = '9999-12-31T00:00:00.000Z';
