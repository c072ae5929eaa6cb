/** An iteration as Markdown for the page of Temporal's UI: what was heard, what was decided, and what came of it. */
import type { IterationReport } from '../src/domain/iteration.ts';

export function iterationDetails({ model, learning, release, state, outcome }: IterationReport): string {
  const head = `**${model}** learns: **${words[state]}**`;
  if (learning === null) return head;
  const { since, until, reasons, lessons, changes } = learning;
  return [
    head,
    state === 'running' ? '' : outcome,
    '',
    `Heard ${since === null ? 'so far' : `from ${since}`} until ${until}:`,
    ...reasons.map((reason) => `- ${reason}`),
    ...(lessons === null
      ? []
      : [`- learns from ${lessons.count} texts whose label users said, ${lessons.fresh} of them new`]),
    ...(changes.length === 0 ? [] : ['', '| way | what | from | to | why |', '| --- | --- | --- | --- | --- |']),
    ...changes.map(({ way, what, from, to, why }) => `| ${way} | ${what} | ${from} | ${to} | ${why} |`),
    ...(release === null ? [] : ['', `Release: \`${release}\``]),
  ].join('\n');
}

const words = {
  running: 'under way',
  nothingToLearn: 'nothing to learn',
  learnt: 'learnt',
  failed: 'failed',
} as const;
