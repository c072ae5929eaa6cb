/** Files: a place to upload to, the upload, and the message that shares what was uploaded. */
import { z } from 'zod';
import { count, structured } from './arguments.ts';
import { contentOf, threadOf } from './chat-methods.ts';
import { checked, SlackError } from './slack-error.ts';
import { appMessage, joinedChannelOf, newId, type Json, type SharedFile, type Workspace } from './workspace.ts';

export const uploadPath = '/upload/v1/';

export function getUploadUrl(workspace: Workspace, args: Json, url: string): Json {
  const asked = checked(
    z.object({ filename: z.string().min(1), length: count.min(1), alt_txt: z.string().optional() }),
    args,
  );
  if ((asked.alt_txt ?? '').length > 1000) throw new SlackError('alt_txt_too_large');
  const id = newId('F');
  workspace.uploads.set(id, { name: asked.filename, altText: asked.alt_txt, length: asked.length, content: null });
  return { ok: true, upload_url: url + uploadPath + id, file_id: id };
}

/** Takes the bytes as they are, or as the one file of a form; answers whether there is a place for them. */
export async function upload(workspace: Workspace, id: string, type: string, body: Buffer): Promise<boolean> {
  const place = workspace.uploads.get(id);
  if (place === undefined) return false;
  const content = type.startsWith('multipart/form-data') ? await onlyFile(type, body) : body;
  if (content.length !== place.length) return false;
  place.content = content;
  return true;
}

async function onlyFile(type: string, body: Buffer): Promise<Buffer> {
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  const file = [...form.values()].find((value) => typeof value !== 'string');
  return file === undefined ? Buffer.alloc(0) : Buffer.from(await file.arrayBuffer());
}

/** How long Slack takes to look through what was uploaded. */
const sharedAfterMs = 30;

const completed = z.object({
  files: structured(z.array(z.object({ id: z.string(), title: z.string().optional() })).min(1)),
  channel_id: z.string().optional(),
  thread_ts: z.coerce.string().optional(),
  initial_comment: z.string().optional(),
});

export function completeUpload(workspace: Workspace, args: Json): Json {
  const asked = checked(completed, args);
  const files = asked.files.map(({ id, title }): SharedFile => {
    const uploaded = workspace.uploads.get(id);
    if (uploaded === undefined || uploaded.content === null) throw new SlackError('file_not_found');
    const { name, content, altText } = uploaded;
    const described = altText === undefined ? {} : { altText };
    const bytes = new Uint8Array(content);
    return { id, name, title: title ?? name, size: content.length, content: content.toString(), bytes, ...described };
  });
  if (asked.channel_id !== undefined) {
    const channel = joinedChannelOf(workspace, asked.channel_id);
    const thread = threadOf(channel, asked.thread_ts);
    const text = asked.initial_comment === undefined ? '' : (contentOf({ text: asked.initial_comment }).text ?? '');
    // Files are looked through first: who shares them is answered before anybody sees them.
    setTimeout(() => channel.messages.push(appMessage(workspace, { text, files, ...thread })), sharedAfterMs);
  }
  for (const { id } of files) workspace.uploads.delete(id);
  return { ok: true, files: files.map(({ id, title }) => ({ id, title })) };
}
