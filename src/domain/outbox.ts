/** What releases said in a channel of people, each message once and then kept up to date; and what people pressed there. */

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
  messages(channel: string, release: string): Promise<Sent[]>;
  /** Notes that a message is about to be posted. */
  claim(channel: string, release: string, key: string): Promise<void>;
  /** Notes that it is there, and what it says. */
  posted(channel: string, release: string, message: Sent): Promise<void>;
}

/** What people pressed, kept from when it was taken until it was obeyed or refused; the same press is taken once. */
export interface Presses {
  /** False where it was taken before. */
  take(id: string, press: unknown): Promise<boolean>;
  settle(id: string): Promise<void>;
  /** Taken at least so long ago and not settled: whoever took them has ended meanwhile. */
  left(sinceMs: number): Promise<{ id: string; press: unknown }[]>;
}
