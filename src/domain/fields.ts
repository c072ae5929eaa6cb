/** Templates for fields in which a mistake is dear: what a plan of such a field gets by default, and may not fall below. */
import type { WrittenPlan } from './plan-schema.ts';
import type { Path, Report } from './plan-problems.ts';
import { fields, type Approval, type Field, type Plan } from './plan.ts';
import { duration, listed, percent } from './words.ts';

interface Rules {
  /** The largest share of users that may see a candidate first. */
  firstShare: number;
  /** The shortest bake, and the fewest rated answers before a share grows. */
  bakeMs: number;
  minRated: number;
  /** The fewest answers that experts have to rate in the internal test. */
  expertRated: number;
  /** The least risk of a capability. */
  risk: number;
}

const day = 86_400_000;

const rulesOf: Record<Field, Rules> = {
  medical: { firstShare: 0.005, bakeMs: 7 * day, minRated: 200, expertRated: 50, risk: 8 },
  finance: { firstShare: 0.01, bakeMs: 3 * day, minRated: 100, expertRated: 30, risk: 7 },
  driving: { firstShare: 0.001, bakeMs: 14 * day, minRated: 500, expertRated: 100, risk: 9 },
};

/** Who tests and approves where the plan names nobody else. */
const experts = 'experts';
const safety = 'safety';

/** The plan with what its fields give where it says nothing, and a line for each of these. */
export function withTemplate(written: WrittenPlan): { written: WrittenPlan; gave: string[] } {
  const own = Object.values(written.capabilities ?? {}).map(({ field }) => field);
  const all = fieldsAmong([written.field, ...own]);
  if (all.length === 0) return { written, gave: [] };
  const rules = strictest(all);
  const gave: string[] = [];
  /** What is written, or else what the template has. */
  const or = <T>(value: T | undefined, given: T, line: string): T => {
    if (value === undefined) gave.push(line);
    return value ?? given;
  };
  const capabilities = Object.entries(written.capabilities ?? {}).map(([name, capability]) => {
    const field = capability.field ?? written.field;
    if (field === undefined) return [name, capability] as const;
    const { risk } = rulesOf[field];
    return [name, { ...capability, risk: or(capability.risk, risk, `capabilities.${name}.risk: ${risk}`) }] as const;
  });
  const { 'internal test': test = {}, gray = {}, full = {} } = written;
  const ramp = [rules.firstShare, ...[0.01, 0.05, 0.25].filter((share) => share > rules.firstShare)];
  const approved = (approval: typeof full.approval, given: typeof full.approval, line: string) =>
    approval === undefined ? or(undefined, given, line) : approval;
  return {
    gave,
    written: {
      ...written,
      ...(written.capabilities === undefined ? {} : { capabilities: Object.fromEntries(capabilities) }),
      'internal test': {
        ...test,
        testers: or(test.testers, [experts], `internal test.testers: ${experts}`),
        'min rated': or(test['min rated'], rules.expertRated, `internal test.min rated: ${rules.expertRated}`),
        approval: approved(test.approval, { from: [experts] }, `internal test.approval: ${experts}`),
      },
      gray: {
        ...gray,
        ramp: or(gray.ramp, ramp, `gray.ramp: ${ramp.map(percent).join(', ')}`),
        bake: or(gray.bake, rules.bakeMs, `gray.bake: ${duration(rules.bakeMs)}`),
        'min rated': or(gray['min rated'], rules.minRated, `gray.min rated: ${rules.minRated}`),
      },
      full: {
        ...full,
        approval: approved(
          full.approval,
          { from: [experts, safety], each: true },
          `full.approval: ${experts} and ${safety}, each by itself`,
        ),
      },
    },
  };
}

/** Reports where a plan is laxer than its fields allow. */
export function checkFields(plan: Plan, report: Report): void {
  const all = fieldsOf(plan);
  if (all.length === 0) return;
  const rules = strictest(all);
  const { gray, internalTest, abTest, full, strategy, people } = plan;
  const asks = (path: Path, problem: string): void => report(path, `${problem} (field: ${listed(all)})`);
  if (strategy !== 'gradual' && strategy !== 'gray') {
    asks(['strategy'], `${strategy} has no gray release, which begins with few users; write gradual or gray`);
  }
  if ((gray.ramp[0] ?? 0) > rules.firstShare) {
    asks(['gray', 'ramp'], `it begins with ${percent(gray.ramp[0] ?? 0)}; ${percent(rules.firstShare)} is the most`);
  }
  if (gray.bakeMs < rules.bakeMs) {
    asks(['gray', 'bake'], `${duration(gray.bakeMs)} is too short; ${duration(rules.bakeMs)} is the least`);
  }
  if (gray.minRated < rules.minRated)
    asks(['gray', 'min rated'], `${gray.minRated} are too few; ${rules.minRated} are the least`);
  if (gray.onBreach !== 'rollBack') asks(['gray', 'on breach'], 'a breach has to roll back');
  if (abTest.ifInconclusive === 'advance') asks(['ab test', 'if inconclusive'], 'a test that is open may not advance');
  if (internalTest.testers.length === 0) asks(['internal test', 'testers'], 'nobody tests; name a group of experts');
  if (internalTest.minRated < rules.expertRated) {
    asks(['internal test', 'min rated'], `${internalTest.minRated} are too few; ${rules.expertRated} are the least`);
  }
  for (const [name, capability] of Object.entries(plan.capabilities)) {
    const field = capability.field ?? plan.field;
    if (field === undefined || capability.risk >= rulesOf[field].risk) continue;
    asks(
      ['capabilities', name, 'risk'],
      `${capability.risk} is too little; ${rulesOf[field].risk} is the least in ${field}`,
    );
  }
  const approvals: [string, Approval | null][] = [
    ['internal test', internalTest.approval],
    ['gray', gray.approval],
    ['ab test', abTest.approval],
    ['full', full.approval],
  ];
  for (const [section, approval] of approvals) {
    if (approval?.otherwise === 'approve') asks([section, 'approval', 'else'], 'silence may not approve');
    if (approval?.own === true) asks([section, 'approval', 'own'], 'nobody may approve what they started');
    const isAsked = section === 'internal test' || section === 'full';
    if (isAsked && (approval === null || approval.from.length === 0)) {
      asks([section, 'approval'], `groups of people have to approve; write e.g. from: ${experts}`);
    } else if (section === 'full' && (approval?.each !== true || approval.from.length < 2)) {
      asks(
        [section, 'approval'],
        `two groups have to approve, each by itself; write e.g. from: [${experts}, ${safety}], each: yes`,
      );
    }
    for (const name of isAsked ? (approval?.from ?? []) : []) {
      if ((people[name] ?? []).length === 0) asks(['people', name], `it has to approve; name who is in ${name}`);
    }
  }
}

/** All fields of a plan and of its capabilities. */
export function fieldsOf(plan: Plan): Field[] {
  return fieldsAmong([plan.field, ...Object.values(plan.capabilities).map(({ field }) => field)]);
}

function fieldsAmong(given: (Field | undefined)[]): Field[] {
  return fields.filter((field) => given.includes(field));
}

function strictest(all: Field[]): Rules {
  const each = all.map((field) => rulesOf[field]);
  const most = (key: keyof Rules): number => Math.max(...each.map((rules) => rules[key]));
  return {
    firstShare: Math.min(...each.map((rules) => rules.firstShare)),
    bakeMs: most('bakeMs'),
    minRated: most('minRated'),
    expertRated: most('expertRated'),
    risk: most('risk'),
  };
}
