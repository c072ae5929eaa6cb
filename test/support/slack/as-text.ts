/** Blocks of Slack as lines of text, as somebody reads them: words, and buttons in square brackets. */

type Json = Record<string, unknown>;

export function asText(blocks: readonly object[]): string {
  return blocks.flatMap((block) => linesOf(block)).join('\n');
}

function linesOf(value: unknown): string[] {
  if (!isObject(value)) return [];
  const { type, text, elements } = value;
  if (type === 'divider') return ['---'];
  if (type === 'button') return [`[${linesOf(text).join('')}]`];
  if (typeof text === 'string') return [text];
  if (Array.isArray(elements)) return [elements.flatMap((one) => linesOf(one)).join(' ')];
  return linesOf(text);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}
