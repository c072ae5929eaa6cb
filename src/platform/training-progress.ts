/** How far the training of a release is: what its activity last said by a heartbeat. */
import type { Client } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { z } from 'zod';
import type { ReleaseReport } from '../domain/report.ts';
import type { TrainingProgress } from '../domain/version.ts';

const progressSchema: z.ZodType<TrainingProgress> = z.object({
  capability: z.string(),
  epoch: z.number(),
  epochs: z.number(),
  step: z.number(),
  steps: z.number(),
  loss: z.number(),
  validationAccuracy: z.number().nullable(),
  examplesPerSecond: z.number(),
  done: z.number(),
  secondsLeft: z.number().nullable(),
});

/** Null while nothing is trained, or Temporal is away. */
export async function trainingProgress(client: Client, release: ReleaseReport): Promise<TrainingProgress | null> {
  const step = release.steps.find((one) => one.step === 'train');
  if (step?.state !== 'running') return null;
  try {
    const { raw } = await client.withDeadline(Date.now() + 2_000, () =>
      client.workflow.getHandle(release.id).describe(),
    );
    for (const activity of raw.pendingActivities ?? []) {
      const [payload] = activity.heartbeatDetails?.payloads ?? [];
      if (payload === undefined) continue;
      const progress = progressSchema.safeParse(defaultPayloadConverter.fromPayload(payload));
      if (progress.success) return progress.data;
    }
  } catch {
    // It is only shown; the release itself does not depend on it.
  }
  return null;
}
