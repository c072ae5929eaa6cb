/** Buttons and what a press of each means: its value says which release, request and evidence it was shown with. */
import { z } from 'zod';
import type { types } from '@slack/bolt';
import type { Operation } from '../domain/approval.ts';
import { clipped, escaped } from './text.ts';

/** What a button carries. */
export const carried = z.strictObject({
  release: z.string().min(1).max(300),
  request: z.string().max(200).exactOptional(),
  evidence: z.string().max(64).exactOptional(),
});
export type Carried = z.infer<typeof carried>;

/** Null where it is not one of ours. */
export function readCarried(value: string | undefined): Carried | null {
  try {
    const read = carried.safeParse(JSON.parse(value ?? ''));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

const labels: Record<Operation, { text: string; style?: 'primary' | 'danger' }> = {
  approve: { text: 'Approve', style: 'primary' },
  reject: { text: 'Reject…', style: 'danger' },
  hold: { text: 'Hold' },
  moreTime: { text: 'More time' },
  pause: { text: 'Pause' },
  resume: { text: 'Resume' },
  rollback: { text: 'Roll back', style: 'danger' },
  override: { text: 'Go on in the freeze', style: 'danger' },
};

/** Stops of all releases, by what they are called on a button. */
export const stopKinds = ['begin', 'roll back', 'end'] as const;
type StopKind = (typeof stopKinds)[number];

const stopLabels: Record<StopKind, { text: string; style: 'primary' | 'danger' }> = {
  begin: { text: 'Stop all releases', style: 'danger' },
  'roll back': { text: 'Stop and roll back', style: 'danger' },
  end: { text: 'Let releases go on', style: 'primary' },
};

export function stopActionId(kind: StopKind): string {
  return `gradus.stop.${kind.replace(' ', '-')}`;
}

/** Its value is why. */
export function stopButton(kind: StopKind, why: string, confirm: string | null): types.Button {
  const { text, style } = stopLabels[kind];
  return {
    type: 'button',
    action_id: stopActionId(kind),
    text: { type: 'plain_text', text },
    value: clipped(why, 1900),
    style,
    ...(confirm === null
      ? {}
      : {
          confirm: {
            title: { type: 'plain_text', text: `${text}?` },
            text: { type: 'mrkdwn', text: clipped(confirm, 300) },
            confirm: { type: 'plain_text', text: 'Yes' },
            deny: { type: 'plain_text', text: 'Leave it' },
            style,
          },
        }),
  };
}

export function actionId(operation: Operation): string {
  return `gradus.${operation}`;
}

export function button(operation: Operation, of: Carried, confirm?: { title: string; text: string }): types.Button {
  const { text, style } = labels[operation];
  return {
    type: 'button',
    action_id: actionId(operation),
    text: { type: 'plain_text', text },
    value: JSON.stringify(of),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined
      ? {}
      : {
          confirm: {
            title: { type: 'plain_text', text: clipped(confirm.title, 100) },
            text: { type: 'mrkdwn', text: clipped(confirm.text, 300) },
            confirm: { type: 'plain_text', text },
            deny: { type: 'plain_text', text: 'Leave it' },
            style: 'danger',
          },
        }),
  };
}

/** Asks why, before something is rejected. */
export function whyView(of: Carried, question: string): types.ModalView {
  return {
    type: 'modal',
    callback_id: 'gradus.why',
    private_metadata: JSON.stringify(of),
    title: { type: 'plain_text', text: 'Reject' },
    submit: { type: 'plain_text', text: 'Reject' },
    close: { type: 'plain_text', text: 'Leave it' },
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: clipped(escaped(question), 2900) } },
      {
        type: 'input',
        block_id: 'why',
        label: { type: 'plain_text', text: 'Why?' },
        hint: { type: 'plain_text', text: 'The users of this stage go back to stable; earlier stages stay released.' },
        element: { type: 'plain_text_input', action_id: 'why', multiline: true, max_length: 1000 },
      },
    ],
  };
}

/** Tells somebody something where there is no channel to say it in. */
export function noteView(text: string): types.ModalView {
  return {
    type: 'modal',
    title: { type: 'plain_text', text: 'Gradus' },
    close: { type: 'plain_text', text: 'Close' },
    blocks: [{ type: 'section', text: { type: 'mrkdwn', text: clipped(escaped(text), 2900) } }],
  };
}
