/** The app's home, for one person: what waits for them first, then all that is under way. */
import type { types } from '@slack/bolt';
import { isFor } from '../domain/approval.ts';
import { stopText, type StopAll } from '../domain/control.ts';
import type { ReleaseReport } from '../domain/report.ts';
import { stopButton } from './buttons.ts';
import { releaseMessage } from './release-message.ts';
import { requestMessage } from './request-message.ts';
import type { Rights } from './rights.ts';
import { escaped, link, section, small, time, type Block } from './text.ts';

/** A view takes 100 blocks. */
const mostBlocks = 95;

/** `open` are the releases under way; `rights` are of who looks. */
export function homeView(
  open: ReleaseReport[],
  rights: Rights,
  pageOf: (id: string) => string | null,
  stop: StopAll | null,
): types.HomeView {
  const { by, givers, refused } = rights;
  if (refused !== null) return { type: 'home', blocks: [section([escaped(refused)])] };
  const may = rights.may('approve');
  const waits = open.flatMap((report) =>
    report.waiting !== null && isFor(report.waiting, by, givers, may) ? [{ report, waiting: report.waiting }] : [],
  );
  const blocks: Block[] = [
    ...stopBlocks(stop, rights),
    header('Waits for you'),
    ...(by === null
      ? [section(['Gradus does not know who you are: an admin adds you to its policy.'])]
      : waits.length === 0
        ? [section([may || givers.length > 0 ? 'Nothing.' : 'Nothing: you have no role that decides.'])]
        : waits.flatMap(({ report, waiting }) => [
            section([link(pageOf(report.id), report.id)]),
            ...requestMessage(report, waiting, null).blocks,
          ])),
    header('Under way'),
    ...(open.length === 0
      ? [section(['No release. Start one with `gradus release start PLAN`, or in Temporal’s UI.'])]
      : open.flatMap((report): Block[] => [
          ...releaseMessage(report, pageOf(report.id), rights.may).blocks,
          { type: 'divider' },
        ])),
  ];
  const shown = blocks.slice(0, mostBlocks);
  if (shown.length < blocks.length) shown.push(small('There is more than fits here: see `gradus release list`.'));
  return { type: 'home', blocks: shown };
}

/** The switch for everything, with what it does. */
function stopBlocks(stop: StopAll | null, { may }: Rights): Block[] {
  const confirm = 'Nobody more gets a candidate until somebody ends it, in releases that start later too.';
  if (stop === null) {
    const elements = [stopButton('begin', 'pressed in Slack', confirm)];
    return may('stopAll') ? [{ type: 'actions', elements }] : [];
  }
  const elements = [stopButton('end', 'pressed in Slack', 'Releases go on where they were held.')];
  return [
    section([`:octagonal_sign: *Nothing goes on*: ${escaped(stopText(stop))} (${time(stop.at)})`]),
    ...(may('endStop') ? [{ type: 'actions', elements } satisfies Block] : []),
  ];
}

function header(text: string): Block {
  return { type: 'header', text: { type: 'plain_text', text } };
}
