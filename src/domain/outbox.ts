/** What releases said elsewhere: in channels of people, each message once and then kept up to date, and as notices, each sent once; and what people pressed. */

export interface Sent {
  key: string;
  /** The channel's own name of the message; null: it was about to be posted when its process ended. */
  ref: string | null;
  /** Of what it says. */
  digest: string;
}

/** `channel` names a place, e.g. `slack:C012AB3CD`. */
export interface Outbox {
  /** Begins with a channel; once, at its first time. Releases that had ended before are not told there. */
  begin(channel: string): Promise<void>;
  /** Releases that have changed since all of them was delivered to the channel, oldest change first. */
  due(channel: string): Promise<{ release: string; change: number }[]>;
  /** All that the release said up to that change is in the channel. */
  delivered(channel: string, release: string, change: number): Promise<void>;
  /** Releases that have not ended. */
  open(): Promise<string[]>;
  messages(channel: string, release: string): Promise<Sent[]>;
  /** Notes that a message is about to be posted. */
  claim(channel: string, release: string, key: string): Promise<void>;
  /** Notes that it is there, and what it says. */
  posted(channel: string, release: string, message: Sent): Promise<void>;
}

/** Something that is sent once and never edited, kept with its words until the other side has taken it. */
export interface Notice {
  release: string;
  key: string;
  /** JSON, the same at each try. */
  body: unknown;
  /** How often it was tried, this time included. */
  tries: number;
  /** Since it was noted. */
  ageMs: number;
}

/** What is to be sent to one channel, e.g. about a release. */
export interface ToNote {
  channel: string;
  release: string;
  notices: { key: string; body: unknown }[];
}

/** How a channel of notices stands. */
export interface Standing {
  waiting: number;
  taken: number;
  givenUp: number;
  /** Why the last try that failed did. */
  problem: string | null;
  /** Why nothing is sent there any more; null: it is. */
  stopped: string | null;
}

/** Notices on their way, by channel; each is taken at least once by the other side, or given up. */
export interface Notices {
  /** Notes what is to be sent; what was noted before under its key stays as it was. */
  note(channel: string, release: string, notices: ToNote['notices']): Promise<void>;
  /** The next that is due, for nobody else during `leaseMs`; null: none is, or the channel is stopped. */
  next(channel: string, leaseMs: number): Promise<Notice | null>;
  /** The other side has it. */
  taken(channel: string, notice: Notice): Promise<void>;
  /** It was not taken; it is due again after so long. */
  later(channel: string, notice: Notice, afterMs: number, problem: string): Promise<void>;
  giveUp(channel: string, notice: Notice, problem: string): Promise<void>;
  /** Nothing is sent there until it is resumed. */
  stop(channel: string, why: string): Promise<void>;
  resume(channel: string): Promise<void>;
  standing(channel: string): Promise<Standing>;
}

/** What people pressed, kept from when it was taken until it was obeyed or refused; the same press is taken once. */
export interface Presses {
  /** False where it was taken before. */
  take(id: string, press: unknown): Promise<boolean>;
  settle(id: string): Promise<void>;
  /** Taken at least so long ago and not settled: whoever took them has ended meanwhile. */
  left(sinceMs: number): Promise<{ id: string; press: unknown }[]>;
}
