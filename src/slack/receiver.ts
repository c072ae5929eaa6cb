/** Takes Slack's requests over HTTP as its own framework does, and refuses what comes from the future as that refuses what is old. */
import { HTTPReceiver, type HTTPReceiverOptions } from '@slack/bolt';

/** The framework's own limit for what is old: https://docs.slack.dev/authentication/verifying-requests-from-slack */
const mostSeconds = 5 * 60;

export function receiverOf(options: HTTPReceiverOptions, say: (line: string) => void): HTTPReceiver {
  const receiver = new HTTPReceiver(options);
  const { requestListener } = receiver;
  receiver.requestListener = (request, response) => {
    const stamped = Number(request.headers['x-slack-request-timestamp']);
    const aheadSeconds = stamped - Date.now() / 1000;
    if (aheadSeconds > mostSeconds) {
      say(`a request was refused: it is stamped ${Math.round(aheadSeconds)} s in the future (do the clocks agree?)`);
      response.writeHead(401).end();
      return;
    }
    requestListener(request, response);
  };
  return receiver;
}
