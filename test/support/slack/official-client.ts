/** Slack's own client, pointed at a Slack of ours, that tries again at once and says nothing. */
import { LogLevel, type Logger } from '@slack/bolt';
import { ErrorCode, WebClient, type WebClientOptions } from '@slack/web-api';
import type { SlackApi } from './api.ts';

const silent = (): void => undefined;

/** What the clients would report as errors is what tests provoke. */
export const quietLogger: Logger = {
  debug: silent,
  info: silent,
  warn: silent,
  error: silent,
  setLevel: silent,
  getLevel: () => LogLevel.ERROR,
  setName: silent,
};

export function clientOf(slack: Pick<SlackApi, 'apiUrl'>, token: string, options: WebClientOptions = {}): WebClient {
  return new WebClient(token, {
    slackApiUrl: slack.apiUrl,
    retryConfig: { retries: 3, minTimeout: 0, maxTimeout: 1 },
    logger: quietLogger,
    ...options,
  });
}

/** What the client throws when Slack says no. */
export const refusal = (error: string) => ({ code: ErrorCode.PlatformError, data: { ok: false, error } });
