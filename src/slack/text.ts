/** Text as Slack shows it: escaped, cut to its limits, and times in the reader's own zone. */
import type { types } from '@slack/bolt';

export type Block = types.KnownBlock;

/** `&`, `<` and `>` are markup in Slack; everything else that a person wrote is shown as it is. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

export function clipped(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** Shown in the zone of whoever reads it; in UTC where that is not possible. */
export function time(iso: string): string {
  const seconds = Math.floor(Date.parse(iso) / 1000);
  const utc = `${iso.slice(0, 16).replace('T', ' ')} UTC`;
  return `<!date^${seconds}^{date_short_pretty} {time}|${utc}>`;
}

/** A link, or the text alone where there is no address. */
export function link(address: string | null, text: string): string {
  return address === null ? escaped(text) : `<${address}|${escaped(text)}>`;
}

/** Slack's limit of a section is 3,000 characters; lines that do not fit are counted, or told of by `left`. */
export function section(lines: string[], left = (shown: number): string => `and ${lines.length - shown} more`): Block {
  const most = 2900;
  let [text, shown] = ['', 0];
  for (const line of lines) {
    const next = text === '' ? clipped(line, most) : `${text}\n${line}`;
    if (next.length > most) break;
    [text, shown] = [next, shown + 1];
  }
  const cut = shown === lines.length ? text : `${text}\n_${left(shown)}_`;
  return { type: 'section', text: { type: 'mrkdwn', text: cut } };
}

export function small(text: string): Block {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: clipped(text, 1900) }] };
}
