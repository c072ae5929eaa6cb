/** The app's home, for one person: what waits for them first, then all that is under way. */
import type { types } from '@slack/bolt';
import { isFor } from '../domain/approval.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { releaseMessage } from './release-message.ts';
import { requestMessage } from './request-message.ts';
import { escaped, section, small, type Block } from './text.ts';

/** A view takes 100 blocks. */
const mostBlocks = 95;

/** `open` are the releases under way; `by` is who looks, null where the policy does not know them. */
export function homeView(
  open: ReleaseReport[],
  by: string | null,
  pageOf: (id: string) => string | null,
): types.HomeView {
  const waits = open.flatMap((report) =>
    report.waiting !== null && isFor(report.waiting, by) ? [{ report, waiting: report.waiting }] : [],
  );
  const blocks: Block[] = [
    header('Waits for you'),
    ...(by === null
      ? [section(['Gradus does not know who you are: an admin adds you to its policy.'])]
      : waits.length === 0
        ? [section(['Nothing.'])]
        : waits.flatMap(({ report, waiting }) => [
            section([`*${escaped(report.model)}* · ${escaped(report.id)}`]),
            ...requestMessage(report, waiting, null).blocks,
          ])),
    header('Under way'),
    ...(open.length === 0
      ? [section(['No release. Start one with `gradus release start PLAN`, or in Temporal’s UI.'])]
      : open.flatMap((report): Block[] => [...releaseMessage(report, pageOf(report.id)).blocks, { type: 'divider' }])),
  ];
  const shown = blocks.slice(0, mostBlocks);
  if (shown.length < blocks.length) shown.push(small('There is more than fits here: see `gradus release list`.'));
  return { type: 'home', blocks: shown };
}

function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', text } };
}
