/** What the live view shows, all of it: the same state and size always give the same screen. */
import type { Operation } from '../../domain/approval.ts';
import type { ReleaseReport } from '../../domain/report.ts';
import type { TrainingProgress } from '../../domain/version.ts';

export interface Size {
  rows: number;
  columns: number;
}

/** What a person is about to say: asked why, and then whether they are sure. */
export interface Saying {
  operation: Operation;
  why: string;
  /** The open request as it was on the screen when the key was pressed, and the digest of its evidence. */
  request: string | null;
  evidence: string | null;
}

export type Mode =
  | { kind: 'watching' }
  | { kind: 'help' }
  | { kind: 'why'; saying: Saying }
  | { kind: 'sure'; saying: Saying }
  /** Sent, and not answered yet. */
  | { kind: 'sending'; saying: Saying };

export interface Notice {
  text: string;
  tone: 'good' | 'bad' | 'warn';
}

export interface WatchState {
  report: ReleaseReport;
  now: Date;
  training: TrainingProgress | null;
  /** Address of the release's page in Temporal's UI. */
  link: string | null;
  /** Who says what is said by keys. */
  by: string;
  /** What cannot be reached, a sentence each. */
  away: string[];
  mode: Mode;
  /** What came of the last key. */
  notice: Notice | null;
  /** False where there is no keyboard. */
  hasKeys: boolean;
  /** Whether there are others to go back to. */
  hasOthers: boolean;
}

/** How operations are called where a person is asked about them. */
export const verbs: Record<Operation, string> = {
  approve: 'approve',
  reject: 'reject',
  hold: 'hold',
  moreTime: 'give more time',
  pause: 'pause',
  resume: 'resume',
  rollback: 'roll back',
  override: 'go on in the freeze',
};
