/** The demo's approver: decides what waits for it by the same Update that a person would send, and says so. */
import type { Client } from '@temporalio/client';
import type { ReleaseReport, Waiting } from '../domain/report.ts';
import { sendMessage } from '../platform/send-message.ts';

const demoApproverName = 'demo-approver';

export interface Decided {
  kind: 'approve' | 'reject';
  why: string;
}

/** Rejects what is breached, approves the rest; null where the decision is for others, or made already. */
export function decide(report: ReleaseReport): Decided | null {
  const { waiting } = report;
  if (waiting === null || report.endedAt !== null) return null;
  if (waiting.from.length > 0 && !waiting.from.includes(demoApproverName)) return null;
  if (waiting.approvedBy.includes(demoApproverName)) return null;
  const breached = breachedIn(report, waiting);
  if (breached.length > 0) return { kind: 'reject', why: breached.join('; ') };
  return { kind: 'approve', why: 'nothing that was measured is breached' };
}

function breachedIn(report: ReleaseReport, { stage, step }: Waiting): string[] {
  const verdict = report.stages.find((one) => one.number === stage)?.verdicts[step];
  return (verdict?.findings ?? [])
    .filter((one) => one.state === 'breached')
    .map(({ capability, condition, reason }) => `${capability}: ${condition} is breached: ${reason}`);
}

/** Answers each request once; what the release refuses, or nobody hears, is tried again at the next look. */
export function demoApprover(client: Client, say: (line: string) => void): (report: ReleaseReport) => Promise<void> {
  const answered = new Set<string>();
  return async (report) => {
    const decision = decide(report);
    const request = report.waiting?.id;
    if (decision === null || request === undefined || answered.has(`${report.id} ${request}`)) return;
    try {
      await sendMessage(client, report.id, decision.kind, { by: demoApproverName, why: decision.why, request });
    } catch {
      return;
    }
    answered.add(`${report.id} ${request}`);
    const done = decision.kind === 'approve' ? 'approved' : 'rejected';
    say(` ${demoApproverName} ${done}: ${report.waiting?.question ?? ''} (${decision.why})`);
  };
}
