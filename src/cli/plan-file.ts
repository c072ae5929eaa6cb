/** Reads a plan from a file, from standard input (`-`), or from the store by its name. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { GradusError } from '../domain/errors.ts';
import { parsePlan, readPlanText } from '../domain/plan-input.ts';
import type { Plan } from '../domain/plan.ts';
import type { Plans } from '../domain/ports.ts';
import { didYouMean } from '../domain/words.ts';
import { fileProblem } from './file-words.ts';

export interface GivenPlan {
  plan: Plan;
  /** As it was written: what a release is started with, so that it reads the plan by its own rules. */
  given: unknown;
}

/** Throws `PLAN_INVALID` with every problem and its line, `PLAN_UNKNOWN` where there is no such file. */
export async function readPlanFile(file: string): Promise<GivenPlan> {
  const text = readText(file);
  if (text === null) throw new GradusError('PLAN_UNKNOWN', `There is no file ${file}.`);
  return { plan: readPlanText(text, file === '-' ? 'standard input' : file), given: parse(text) };
}

/** A file where there is one of this name, else a stored plan. */
export async function readPlanFileOrStored(name: string, plans: () => Promise<Plans>): Promise<GivenPlan> {
  if (readText(name) !== null) return readPlanFile(name);
  const { plan } = await readStoredPlan(name, await plans(), 'no file and ');
  return { plan, given: name };
}

/** Throws `PLAN_UNKNOWN`; `nor` is what was not there either. */
export async function readStoredPlan(name: string, plans: Plans, nor = ''): Promise<{ plan: Plan; stored: unknown }> {
  const stored = await plans.find(name);
  if (stored === null || stored === undefined) {
    const known = await plans.list();
    const list = known.length === 0 ? 'No plan is stored.' : `Stored plans: ${known.join(', ')}.`;
    throw new GradusError('PLAN_UNKNOWN', `There is ${nor}no stored plan "${name}"${didYouMean(name, known)}. ${list}`);
  }
  return { plan: parsePlan(stored), stored };
}

let standardInput: string | null = null;

function readText(file: string): string | null {
  if (file === '-') return (standardInput ??= readFileSync(0, 'utf8'));
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw new GradusError('PLAN_UNKNOWN', `${fileProblem(file, 'read', error)}.`, { cause: error });
  }
}
