/** What happened to a release between two looks at it, a line each: for logs and pipes. */
import type { ReleaseReport } from '../domain/report.ts';
import { outcomes, percent, figure } from './words.ts';

export function eventLines(before: ReleaseReport | null, after: ReleaseReport): string[] {
  const lines = [
    ...stepLines(before, after),
    ...after.exposures
      .slice(before?.exposures.length ?? 0)
      .map((point) => timed(point.at, `stage ${point.stage}, ${point.step}: ${percent(point.share)} of users`)),
    ...after.decisions.slice(before?.decisions.length ?? 0).map((decision) => {
      const where = decision.stage === null ? '' : `stage ${decision.stage}, ${decision.step ?? ''}: `;
      return timed(
        decision.at,
        `${where}${decision.what} by ${decision.by}${decision.why === '' ? '' : `: ${decision.why}`}`,
      );
    }),
    ...after.curve
      .slice(before?.curve.length ?? 0)
      .map((point) =>
        timed(
          point.at,
          `${point.capabilities.join(', ')} with all users: N(${point.t}) = ${point.n}, P(${point.t}) = ${figure(point.p, 2)}`,
        ),
      ),
  ].sort();
  const { waiting } = after;
  if (waiting !== null && waiting.id !== before?.waiting?.id) {
    const from = waiting.from.length === 0 ? 'anyone' : waiting.from.join(', ');
    lines.push(timed(waiting.since, `waits for ${from} until ${waiting.until}: ${waiting.question}`));
  }
  if (after.endedAt !== null && (before === null || before.endedAt === null)) {
    lines.push(
      timed(
        after.endedAt,
        `${after.id} ${outcomes[after.state].words}${after.reason === '' ? '' : `: ${after.reason}`}`,
      ),
    );
  }
  return lines;
}

function stepLines(before: ReleaseReport | null, after: ReleaseReport): string[] {
  return after.steps.flatMap((step) => {
    const known = before?.steps.find((one) => one.step === step.step);
    if (step.state === 'waiting' || (known?.state === step.state && known.note === step.note)) return [];
    const at = step.endedAt ?? step.startedAt ?? after.startedAt;
    return [timed(at, `${step.step}: ${step.state}${step.note === '' ? '' : `, ${step.note}`}`)];
  });
}

function timed(at: string, what: string): string {
  return `${at.slice(0, 19)}Z  ${what}`;
}
