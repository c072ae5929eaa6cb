/** What a stage's own page in Temporal's UI shows, and how often its numbers are news. */
import type { Verdict } from '../src/domain/verdict.ts';
import { workflowPage } from './pages.ts';
import type { Position, RolloutInput } from './rollout-messages.ts';

export function stageDetails(input: RolloutInput, position: Position, note: string, verdict: Verdict | null): string {
  const rows = (verdict?.findings ?? []).map((f) => `| ${f.capability} | ${f.condition} | ${f.state} | ${f.reason} |`);
  return [
    `**Stage ${input.number}** of ${input.release}: ${input.capabilities.join(', ')}`,
    `${position.step}: ${note}`,
    ...(rows.length > 0
      ? ['', '| capability | condition | state | numbers |', '| --- | --- | --- | --- |', ...rows]
      : []),
    '',
    `People decide on the page of the release: [${input.release}](${workflowPage(input.release)}).`,
  ].join('\n');
}

/** Numbers that move while a step holds are worth a look now and then, and not a history without end. */
export function tellEveryMs({ plan }: RolloutInput, { step }: Position): number {
  const longest =
    step === 'gray' ? plan.gray.bakeMs : step === 'A/B' ? plan.abTest.withinMs : plan.internalTest.withinMs;
  return longest / 25;
}

/** The reason that says most. */
export function firstReason(verdict: Verdict): string {
  return verdict.reasons[0] ?? verdict.kind;
}
