/** Reads a plan as people write it: refused whole, with every problem named, or returned with every default filled in. */
import { parseDocument, LineCounter } from 'yaml';
import { withTemplate } from './fields.ts';
import { checkPlanParts } from './plan-checks.ts';
import { withDefaults } from './plan-defaults.ts';
import {
  arranged,
  describeIssue,
  planError,
  valueAt,
  type Path,
  type PlanProblem,
  type Report,
} from './plan-problems.ts';
import { planSchema, type WrittenPlan } from './plan-schema.ts';
import { isMapping, plainCopy, respell } from './plan-spelling.ts';
import { shown } from './plan-leaves.ts';
import type { Plan } from './plan.ts';

export { planJsonSchema } from './plan-schema.ts';
export type { PlanProblem } from './plan-problems.ts';

export interface PlanOptions {
  /** The text that the input was read from, so that problems get their lines. */
  source?: { name: string; text: string };
  /** Labels of each capability, so that names of classes are checked too. */
  labels?: Record<string, string[]>;
}

/** Throws `PLAN_INVALID` with every problem of the plan. */
export function parsePlan(input: unknown, options: PlanOptions = {}): Plan {
  const { plan, problems } = checkPlan(input, options);
  if (plan === null) throw planError(problems, options.source?.name ?? null);
  return plan;
}

/** Reads YAML (JSON is YAML too). Throws `PLAN_INVALID` with every problem and its line. */
export function readPlanText(text: string, name: string, options: Omit<PlanOptions, 'source'> = {}): Plan {
  const { plan, problems } = checkPlanText(text, options);
  if (plan === null) throw planError(problems, name);
  return plan;
}

function checkPlanText(text: string, options: Omit<PlanOptions, 'source'> = {}): PlanCheck {
  const read = readYaml(text);
  if ('problems' in read) return { plan: null, problems: read.problems };
  const checked = checkPlan(read.value, { ...options, source: { name: '', text } });
  if (read.doubled.length === 0) return checked;
  const problems = [...read.doubled, ...checked.problems].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return { plan: null, problems };
}

export type PlanCheck = { plan: Plan; problems: [] } | { plan: null; problems: PlanProblem[] };

/** The plan, or everything that is wrong with it. */
export function checkPlan(input: unknown, options: PlanOptions = {}): PlanCheck {
  const problems: PlanProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message, line: null });
  const failed = (): PlanCheck => ({ plan: null, problems: arranged(problems, options.source?.text ?? null) });
  const copy = plainCopy(input, report);
  if (!isMapping(copy)) {
    const what = copy === undefined || copy === null ? 'the plan is empty' : `${shown(copy)} is not a plan`;
    report([], `${what}; write at least model, data and capabilities`);
    return failed();
  }
  if (problems.some(({ path }) => path.length === 0)) return failed();
  const respelled = respell(copy, report);
  const refused = new Set<string>();
  checkPresence(respelled, report);
  const written = readShape(respelled, report, refused);
  const plan = withDefaults(withTemplate(written).written);
  checkPlanParts(plan, options.labels ?? null, refused, report);
  return problems.length > 0 ? failed() : { plan, problems: [] };
}

/** What the templates of a plan's fields give it, a line each; of a plan without problems. */
export function givenByTemplate(input: unknown): string[] {
  const silent: Report = () => undefined;
  const copy = plainCopy(input, silent);
  return isMapping(copy) ? withTemplate(readShape(respell(copy, silent), silent, new Set())).gave : [];
}

/** What a plan cannot do without. */
function checkPresence(input: Record<string, unknown>, report: Report): void {
  const { model, train, version, capabilities } = input;
  if (model === undefined) report(['model'], 'it is missing; name the model');
  if (version === undefined && (train === undefined || train === null)) {
    report([], 'there is nothing to release; write data: mail (what to train on), or version: v3 (what was trained)');
  } else if (version !== undefined && train !== undefined) {
    report(['version'], 'a version is released as it is, and train trains one; keep one of them');
  } else if (isMapping(train) && train['data'] === undefined) {
    report(['train', 'data'], 'it is missing; name the data to train on');
  }
  if (capabilities === undefined || capabilities === null || (isMapping(capabilities) && isEmpty(capabilities))) {
    report(['capabilities'], 'there are none; list what users are given, e.g. capabilities: [spam, topic]');
    delete input['capabilities'];
  }
}

function isEmpty(mapping: object): boolean {
  return Object.keys(mapping).length === 0;
}

/** Takes away what has the wrong shape, part by part, so that the rest is still checked. */
function readShape(input: Record<string, unknown>, report: Report, refused: Set<string>): WrittenPlan {
  for (;;) {
    const result = planSchema.safeParse(input);
    if (result.success) return result.data;
    const before = refused.size;
    for (const issue of result.error.issues) {
      for (const { path, message } of describeIssue(issue, input)) {
        report(path, message);
        takeAway(input, path, refused);
      }
    }
    if (refused.size === before) return {};
  }
}

/** Lists are taken away whole: what is left of one would be checked as if it were all. */
function takeAway(input: Record<string, unknown>, path: Path, refused: Set<string>): void {
  const index = path.findIndex((part) => typeof part === 'number');
  const whole = index === -1 ? path : path.slice(0, index);
  const parent = valueAt(input, whole.slice(0, -1));
  const key = whole.at(-1);
  refused.add(whole.join('.'));
  if (whole[0] === 'stages') refused.add('stages');
  if (!isMapping(parent) || key === undefined) return;
  // A capability stays known by its name: others may require it.
  if (whole.length === 2 && whole[0] === 'capabilities' && !isMapping(parent[key])) parent[key] = {};
  else delete parent[key];
}

/** More text than any plan has: refused before it is parsed. */
const maxText = 1_000_000;

/** Keys that are there twice do not keep the rest from being checked; the last one of each counts there. */
function readYaml(text: string): { value: unknown; doubled: PlanProblem[] } | { problems: PlanProblem[] } {
  if (text.length > maxText)
    return { problems: [{ path: [], message: 'the text is too long for a plan', line: null }] };
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
    const troubles = [...document.errors, ...document.warnings];
    const at = (pos: [number, number]): number => lines.linePos(pos[0]).line;
    const isDoubled = ({ code }: { code: string }): boolean => code === 'DUPLICATE_KEY';
    if (troubles.every(isDoubled)) {
      const doubled = troubles.map(({ pos }): PlanProblem => {
        const [key = ''] = /^[^:\n]*/.exec(text.slice(pos[0])) ?? [];
        return { path: [], message: `${shown(key.trim())} is there before already; keep one`, line: at(pos) };
      });
      // Errors keep a document from being read, and these are told already.
      document.errors = [];
      return { value: document.toJS({ maxAliasCount: 100 }), doubled };
    }
    return {
      problems: troubles.map(({ message, pos }) => ({
        path: [],
        message: `this is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`,
        line: at(pos),
      })),
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : 'unknown';
    return { problems: [{ path: [], message: `this cannot be read as YAML: ${why}`, line: null }] };
  }
}
