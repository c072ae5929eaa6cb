/** Who has to approve what is risky: the policy by levels of risk, and the templates of fields. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPlan, givenByTemplate, parsePlan } from '../../src/domain/plan-input.ts';
import { parsePolicy } from '../../src/domain/policy.ts';
import { levelOfRisk, riskProblems } from '../../src/domain/risk.ts';

const people = { root: { roles: 'admin' }, ann: {}, bob: {}, cem: {} };
const policyOf = (more: object) => parsePolicy({ people, ...more });
const problemsOf = (policy: ReturnType<typeof policyOf>, plan: object): string[] =>
  riskProblems(policy.risk ?? {}, policy.teams ?? {}, parsePlan(plan));

const risky = { model: 'mail', data: 'mail', capabilities: { spam: { risk: 8 }, html: { risk: 1 } } };
const twoGroups = {
  people: { product: ['ann', 'bob'], safety: ['cem'] },
  full: { approval: { from: ['product', 'safety'], each: true } },
};

describe('a policy by risk', () => {
  const policy = policyOf({
    risk: { high: { approvals: { full: ['product', 'safety'], gray: 'safety' } }, low: { approvals: 'product' } },
    teams: { safety: ['cem'] },
  });

  test('names everything that a plan lacks, and lets through one that has it', () => {
    expect(problemsOf(policy, risky)).toEqual([
      'full.approval: html is of low risk, so product have to approve',
      'people.product: it has to approve, and nobody is in it',
      'gray.approval: spam is of high risk, so safety have to approve',
      'people.safety: it has to approve, and nobody is in it; the policy has cem',
      'full.approval: spam is of high risk, so product and safety have to approve, each by itself (each: yes)',
    ]);
    expect(problemsOf(policy, { ...risky, ...twoGroups, gray: { approval: 'safety' } })).toEqual([]);
  });

  test('is not got round by silence, by a wider group, by escalation or by another strategy', () => {
    const gray = { approval: 'safety' };
    const tries: [object, string][] = [
      [{ full: { approval: { ...twoGroups.full.approval, else: 'approve' } } }, 'silence may not approve'],
      [{ full: { approval: { ...twoGroups.full.approval, own: true } } }, 'nobody may approve what they started'],
      [{ people: { product: ['ann'], safety: ['cem', 'eve'] } }, "eve is not in the policy's team safety (cem)"],
      [{ full: { approval: { from: ['product', 'safety'], count: 2 } } }, 'product and safety have to approve, each'],
      [{ gray: { approval: { from: 'safety', 'escalate to': 'ann' } } }, 'safety have to approve'],
      [{ strategy: 'one-shot' }, 'which one-shot leaves out'],
    ];
    for (const [change, words] of tries) {
      const problems = problemsOf(policy, { ...risky, ...twoGroups, gray, ...change });
      expect(problems.join('\n')).toContain(words);
    }
  });

  test('knows three levels, and says what in it cannot be read', () => {
    expect([0, 3, 4, 6, 7, 10].map(levelOfRisk)).toEqual(['low', 'low', 'medium', 'medium', 'high', 'high']);
    expect(() =>
      policyOf({ risk: { high: { approvals: { fulll: 'safety' } } }, teams: { safety: ['eve'], x: [] } }),
    ).toThrow(
      /there is no step "fulll" \(did you mean full\?\)[\s\S]*teams.safety: eve not among people[\s\S]*teams.x: nobody/,
    );
  });
});

describe('the template of a field', () => {
  const own = { people: { experts: ['ann', 'bob'], safety: ['cem'] } };
  const bare = { model: 'triage', data: 'cases', capabilities: ['fever', 'rash'], field: 'medical', ...own };

  test('asks experts first, begins with few users, bakes long, and has two groups approve', () => {
    const plan = parsePlan(bare);
    expect(plan.internalTest).toMatchObject({ testers: ['experts'], approval: { from: ['experts'] } });
    expect(plan.gray.ramp[0]).toBeLessThanOrEqual(0.01);
    expect(plan.gray.bakeMs).toBeGreaterThanOrEqual(7 * 86_400_000);
    expect(plan.full.approval).toMatchObject({ from: ['experts', 'safety'], each: true });
    expect(plan.capabilities['fever']?.risk).toBeGreaterThanOrEqual(7);
    expect(givenByTemplate(bare)).toContain('gray.bake: 7 days');
    // A plan that was read is a plan, and then the template has nothing left to give.
    expect(parsePlan(plan)).toEqual(plan);
    expect(givenByTemplate(plan)).toEqual([]);
  });

  test('of one capability counts for the steps of all; the strictest of several does', () => {
    const plan = parsePlan({
      ...bare,
      field: 'finance',
      capabilities: { fever: { field: 'driving' }, rash: { risk: 8 }, note: {} },
    });
    expect([plan.gray.ramp[0], plan.gray.bakeMs]).toEqual([0.001, 14 * 86_400_000]);
    expect(Object.values(plan.capabilities).map(({ risk }) => risk)).toEqual([9, 8, 7]);
  });

  test('is what a plan may not fall below: each laxer part is named', () => {
    const { problems } = checkPlan({
      ...bare,
      people: { experts: ['ann'] },
      capabilities: { fever: { risk: 2 } },
      'internal test': { testers: [], 'min rated': 0, approval: null },
      gray: { ramp: ['5%'], bake: '1 hour', 'min rated': 10, 'on breach': 'pause' },
      'ab test': { 'if inconclusive': 'advance', approval: { from: 'experts', else: 'approve', own: true } },
      full: { approval: { from: ['experts', 'safety'], count: 1 } },
    });
    expect(problems.map(({ path }) => path.join('.')).sort()).toEqual([
      'ab test.approval.else',
      'ab test.approval.own',
      'ab test.if inconclusive',
      'capabilities.fever.risk',
      'full.approval',
      'gray.bake',
      'gray.min rated',
      'gray.on breach',
      'gray.ramp',
      'internal test.approval',
      'internal test.min rated',
      'internal test.testers',
      'people.safety',
    ]);
    expect(checkPlan({ ...bare, strategy: 'one-shot' }).problems[0]?.message).toContain('write gradual or gray');
  });

  test('never makes a plan laxer than it was written', () => {
    const days = fc.integer({ min: 7, max: 60 });
    fc.assert(
      fc.property(days, fc.integer({ min: 1, max: 50 }), fc.integer({ min: 200, max: 900 }), (bake, share, rated) => {
        const first = share / 10_000;
        const gray = { bake: `${bake} days`, ramp: [first], 'min rated': rated };
        const plan = parsePlan({ ...bare, gray });
        expect([plan.gray.bakeMs, plan.gray.ramp, plan.gray.minRated]).toEqual([bake * 86_400_000, [first], rated]);
      }),
      { numRuns: 100 },
    );
  });
});
