/** The spellings that a plan may use, and their translation to the one that the schema knows. */
import { nameProblem, shown } from './plan-leaves.ts';
import type { Report } from './plan-problems.ts';

interface Section {
  keys: readonly string[];
  /** Other spellings, in lower case without spaces, `-` and `_`. */
  also?: Record<string, string>;
}

const approval: Section = {
  keys: ['from', 'count', 'each', 'own', 'within', 'else', 'escalate to', 'remind'],
  also: {
    otherwise: 'else',
    of: 'from',
    by: 'from',
    both: 'each',
    all: 'each',
    escalate: 'escalate to',
    remindevery: 'remind',
  },
};

/** Keys of `train` that an adjustment may set too. */
export const adjustable: readonly string[] = [
  'data',
  'share',
  'network',
  'epochs',
  'batch',
  'learning rate',
  'clip norm',
  'vocabulary',
  'length',
  'embedding',
  'units',
  'pooling',
  'word dropout',
  'patience',
  'averaging',
  'class weights',
  'schedule',
  'seed',
];

/** Keys of each part of a plan; `*` stands for any name. */
export const sections: Record<string, Section> = {
  '': {
    keys: [
      'model',
      'field',
      'strategy',
      'data',
      'train',
      'version',
      'capabilities',
      'order',
      'stages',
      'audiences',
      'internal test',
      'gray',
      'ab test',
      'full',
      'iterate',
      'people',
      'gateway within',
      'alpha',
    ],
    also: {
      'a/btest': 'ab test',
      'a/b': 'ab test',
      ab: 'ab test',
      grayrelease: 'gray',
      grey: 'gray',
      candidate: 'candidate',
    },
  },
  train: { keys: [...adjustable, 'lessons'] },
  'capabilities.*': { keys: ['importance', 'demand', 'risk', 'requires', 'gate', 'field'], also: { gates: 'gate' } },
  stages: {
    keys: ['first', 'then', 'lists'],
    also: { n0: 'first', δn: 'then', 'δn(t)': 'then', dn: 'then', deltan: 'then', list: 'lists' },
  },
  'internal test': {
    keys: ['gate', 'capability gates', 'testers', 'min rated', 'within', 'approval'],
    also: { gates: 'gate' },
  },
  gray: {
    keys: ['ramp', 'bake', 'check every', 'guardrails', 'on breach', 'min rated', 'within', 'approval'],
    also: { guardrail: 'guardrails' },
  },
  'ab test': {
    keys: ['share', 'decide on', 'margin', 'check every', 'min rated', 'within', 'if inconclusive', 'approval'],
    also: { metric: 'decide on' },
  },
  full: { keys: ['approval'] },
  iterate: { keys: ['learn when', 'every', 'adjust'] },
  'iterate.adjust': { keys: ['when', 'set'] },
  'internal test.approval': approval,
  'gray.approval': approval,
  'ab test.approval': approval,
  'full.approval': approval,
};

type Mapping = Record<string, unknown>;

/** The plan with every key as the schema has it and every short form written out. */
export function respell(input: Mapping, report: Report): Mapping {
  const plan = rename('', [], input, report);
  takeApart(plan, report);
  plan['capabilities'] = capabilitiesAsMapping(plan['capabilities'], report);
  if (Array.isArray(plan['stages'])) plan['stages'] = { lists: plan['stages'] };
  if (isMapping(plan['stages'])) delete plan['stages']['kind'];
  if (typeof plan['audiences'] === 'string') plan['audiences'] = [plan['audiences']];
  for (const section of ['train', 'stages', 'internal test', 'gray', 'ab test', 'full', 'iterate']) {
    const value = plan[section];
    if (value === null) delete plan[section];
    if (!isMapping(value)) continue;
    const renamed = rename(section, [section], value, report);
    plan[section] = renamed;
    if ('approval' in renamed) renamed['approval'] = respellApproval(section, renamed['approval'], report);
    if ('adjust' in renamed) renamed['adjust'] = respellAdjustments(renamed['adjust'], report);
  }
  return plan;
}

/** One adjustment is short for a list of one. */
function respellAdjustments(value: unknown, report: Report): unknown {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item, i) => {
    if (!isMapping(item)) return item;
    const path = ['iterate', 'adjust', String(i)];
    const renamed = rename('iterate.adjust', path, item, report);
    const { set } = renamed;
    return isMapping(set) ? { ...renamed, set: rename('train', [...path, 'set'], set, report) } : renamed;
  });
}

/** `data` and `candidate` become `train` or `version`. */
function takeApart(plan: Mapping, report: Report): void {
  const { candidate, data } = plan;
  delete plan['candidate'];
  delete plan['data'];
  if (isMapping(candidate)) {
    for (const kind of ['train', 'version']) if (kind in candidate) plan[kind] = candidate[kind];
  } else if (candidate !== undefined) {
    report(['candidate'], `${shown(candidate)} is not a candidate; write train: {data: …} or version: v3`);
  }
  if (typeof plan['train'] === 'string') plan['train'] = { data: plan['train'] };
  if (data === undefined) return;
  const train = plan['train'];
  if (isMapping(train) && 'data' in train) report(['data'], 'data is there and in train; keep one');
  else if (train === undefined || train === null) plan['train'] = { data };
  else if (isMapping(train)) plan['train'] = { data, ...train };
}

/** `spam`, `[spam, topic]` and `{spam: , topic: {risk: 3}}` all become a mapping of mappings. */
function capabilitiesAsMapping(value: unknown, report: Report): unknown {
  if (typeof value === 'string') return capabilitiesAsMapping([value], report);
  if (Array.isArray(value)) {
    const mapping = new Map<string, unknown>();
    for (const [i, item] of value.entries()) {
      if (typeof item !== 'string') {
        report(['capabilities', i], `${shown(item)} is not a name; list names, or write capabilities as a mapping`);
      } else if (item === '__proto__') {
        report(['capabilities', i], nameProblem(item) ?? 'a reserved word; choose another name');
      } else if (mapping.has(item)) {
        report(['capabilities', i], `${item} is there twice; keep one`);
      } else {
        mapping.set(item, {});
      }
    }
    return Object.fromEntries(mapping);
  }
  if (!isMapping(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, capability]) => {
      if (capability === null) return [name, {}];
      return [
        name,
        isMapping(capability) ? rename('capabilities.*', ['capabilities', name], capability, report) : capability,
      ];
    }),
  );
}

/** `yes`, `anyone`, a name or a list of names are short for an approval; `no` and `none` for none. */
function respellApproval(section: string, value: unknown, report: Report): unknown {
  if (value === true || value === 'yes' || value === 'anyone') return {};
  if (value === false || value === 'no' || value === 'none') return null;
  if (typeof value === 'string' || Array.isArray(value)) return { from: value };
  if (!isMapping(value)) return value;
  // A parsed plan writes anyone as no names.
  if (Array.isArray(value['from']) && value['from'].length === 0 && 'withinMs' in value) delete value['from'];
  return rename(`${section}.approval`, [section, 'approval'], value, report);
}

function rename(section: string, path: string[], value: Mapping, report: Report): Mapping {
  const { keys, also = {} } = sections[section] ?? { keys: [] };
  const result = new Map<string, unknown>();
  for (const [key, item] of Object.entries(value)) {
    const plain = plainKey(key);
    const known = keys.find((one) => plainKey(one) === plain) ?? new Map(Object.entries(also)).get(plain);
    const inMs = keys.find((one) => `${plainKey(one)}ms` === plain);
    const canonical = known ?? inMs ?? key;
    if (result.has(canonical)) report([...path, key], `${canonical} is there twice; keep one`);
    else
      result.set(
        canonical,
        known === undefined && inMs !== undefined && typeof item === 'number' ? `${item} ms` : item,
      );
  }
  return Object.fromEntries(result);
}

/** Whether two spellings are of one key. */
export function sameKey(a: string, b: string): boolean {
  return plainKey(a) === plainKey(b);
}

/** `internal test`, `internalTest`, `internal-test` and `internal_test` are the same key. */
export function plainKey(key: string): string {
  return key.toLowerCase().replace(/[\s_-]/g, '');
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const maxDepth = 12;
const maxParts = 50_000;

/** A copy of what came from outside, of plain JSON only, so that nothing in it can surprise the rest. */
export function plainCopy(input: unknown, report: Report): unknown {
  let parts = 0;
  function copy(value: unknown, path: (string | number)[]): unknown {
    parts += 1;
    if (parts > maxParts) return undefined;
    if (path.length > maxDepth) {
      report(path.slice(0, maxDepth), 'the plan is nested too deeply here; no part of a plan goes that deep');
      return undefined;
    }
    if (Array.isArray(value)) return value.map((item, i) => copy(item, [...path, i]));
    if (isMapping(value)) {
      const entries: [string, unknown][] = [];
      for (const [key, item] of Object.entries(value)) {
        if (key === '__proto__') report([...path, key], nameProblem(key) ?? 'a reserved word; choose another name');
        else if (item !== undefined) entries.push([key, copy(item, [...path, key])]);
      }
      return Object.fromEntries(entries);
    }
    if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
    report(path, `${typeof value} is not a value that a plan can hold; write text, numbers, lists or mappings`);
    return undefined;
  }
  const result = copy(input, []);
  if (parts > maxParts) report([], `the plan has more than ${maxParts} parts; a plan is far smaller`);
  return result;
}
