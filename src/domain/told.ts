/** An error as HTTP tells it: the gateway and the console answer alike. */
import { GradusError } from './errors.ts';

export interface Told {
  status: number;
  code: string;
  message: string;
  problems: string[];
}

const ofFramework = new Map([
  [414, 'The address is longer than is taken here.'],
  [413, 'The body is larger than is taken here.'],
  [415, 'The body has to be JSON. Send it with: content-type: application/json'],
]);

/** `who` is named where nobody foresaw it, and the reason stays in the log. */
export function toldOf(error: unknown, who: string): Told {
  if (error instanceof GradusError) {
    const { status, code, message, problems } = error;
    return { status, code, message, problems: problems.length === 0 ? [message] : problems };
  }
  // What Fastify itself refuses: a body that is too long, or of a type that nobody reads.
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : null;
  if (error instanceof Error && typeof status === 'number' && status >= 400 && status < 500) {
    const message = ofFramework.get(status) ?? error.message;
    return { status, code: 'REQUEST_INVALID', message, problems: [message] };
  }
  const message = `The ${who} failed at this request. Try again; its log says why.`;
  return { status: 500, code: 'INTERNAL', message, problems: [message] };
}
