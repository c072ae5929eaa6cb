/** A release as Markdown for the page of Temporal's UI: where it stands, what it waits for, and what happens then. */
import { approversOf, askedOf, whenSilent } from '../src/domain/approval.ts';
import type { ReleaseReport } from '../src/domain/report.ts';
import { percent, standingText } from '../src/domain/words.ts';

export function detailsOf(report: ReleaseReport): string {
  const versions = `${name(report.candidate)} against ${name(report.stable)}`;
  const head = [
    `**${report.model || report.id}** ${versions}, ${report.strategy || 'plan is read'}: **${report.state}**`,
  ];
  if (report.reason !== '') head.push(report.reason);
  const standing = report.standing ?? null;
  if (standing !== null) head.push(`**Stands still**: ${standingText(standing)}.`);
  if (report.learning !== null && report.learning !== undefined) {
    const { number, reasons, lessons } = report.learning;
    const from =
      lessons === null ? '' : `, learns from ${lessons.count} texts whose label users said (${lessons.fresh} new)`;
    head.push('', `Iteration ${number}${from}: ${reasons.join('; ')}`);
  }
  const { waiting } = report;
  if (waiting !== null) {
    head.push(
      '',
      `**Waits for ${askedOf(waiting)}** (${approversOf(waiting).join(', ') || 'nobody'} so far): ${waiting.question}`,
      `${waiting.held ? 'Held: its clock stands still' : `Until ${waiting.until}, else ${whenSilent(waiting)}`}. Send the Update or Signal \`approve\`, \`reject\`, \`hold\` or \`moreTime\` with \`{"by": "…", "why": "…"}\`.`,
      ...waiting.evidence.map((line) => `- ${line}`),
    );
  }
  const stages = report.stages.map(
    (stage) =>
      `| ${stage.number} | ${stage.capabilities.join(', ')} | ${stage.state} | ${stage.step ?? ''} | ${percent(stage.exposure)} | ${stage.reason} |`,
  );
  const curve = report.curve.map((point) => `| ${point.t} | ${point.n} | ${point.p.toFixed(2)} |`);
  return [
    ...head,
    '',
    report.steps.map((step) => `${step.step} ${mark[step.state]}`).join(' → '),
    ...(stages.length > 0
      ? [
          '',
          '| stage | capabilities | state | step | exposure | last |',
          '| --- | --- | --- | --- | --- | --- |',
          ...stages,
        ]
      : []),
    ...(curve.length > 0 ? ['', '| t | N(t) | P(t) |', '| --- | --- | --- |', ...curve] : []),
  ].join('\n');
}

const mark = { waiting: '○', running: '●', done: '✓', skipped: '–', failed: '✗' } as const;

function name(version: { number: number } | null): string {
  return version === null ? 'nothing' : `v${version.number}`;
}
