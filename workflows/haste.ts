/** Short work as runs of an earlier Gradus do it: in the worker itself, and where that fails, as an activity that waits. */
import { isCancellation } from '@temporalio/workflow';
import { isCrowded } from './in-turn.ts';

/** Rounds that are done patiently after one that failed, so that a store that is away does not hold up each of them. */
const patientRounds = 10;

/** Marks histories of workflows that do so, and that say what they have to say while they go on. */
export const fewTurns = 'few turns';

/** `quick` is false for what an earlier Gradus began: its history knows activities alone. */
export function inHaste(quick: boolean) {
  let patient = 0;
  // Old histories also hold the order of commands, so nothing may come between them and their activity.
  return <T>(atOnce: () => Promise<T>, patiently: () => Promise<T>): Promise<T> =>
    quick ? soon(atOnce, patiently) : patiently();

  async function soon<T>(atOnce: () => Promise<T>, patiently: () => Promise<T>): Promise<T> {
    if (patient > 0) {
      patient -= 1;
      return patiently();
    }
    if (isCrowded()) return patiently();
    try {
      return await atOnce();
    } catch (error) {
      if (isCancellation(error)) throw error;
      patient = patientRounds;
      return patiently();
    }
  }
}
