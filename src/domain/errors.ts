/** Every error that Gradus raises by itself: code, HTTP status, and whether trying again can help. */

export const errorTable = {
  PLAN_INVALID: { status: 400, retryable: false },
  AUDIT_BROKEN: { status: 500, retryable: false },
  POLICY_INVALID: { status: 400, retryable: false },
  PLAN_REFUSED: { status: 422, retryable: false },
  PLAN_IN_USE: { status: 409, retryable: false },
  PLAN_UNKNOWN: { status: 404, retryable: false },
  REQUEST_INVALID: { status: 400, retryable: false },
  MODEL_BUSY: { status: 409, retryable: false },
  STOPPED_ALL: { status: 409, retryable: false },
  FROZEN: { status: 409, retryable: false },
  MODEL_UNKNOWN: { status: 404, retryable: false },
  CAPABILITY_UNKNOWN: { status: 404, retryable: false },
  CAPABILITY_NOT_RELEASED: { status: 404, retryable: false },
  VERSION_UNKNOWN: { status: 404, retryable: false },
  VERSION_DAMAGED: { status: 500, retryable: false },
  ANSWER_UNKNOWN: { status: 404, retryable: false },
  RELEASE_UNKNOWN: { status: 404, retryable: false },
  RELEASE_OVER: { status: 409, retryable: false },
  DATA_UNKNOWN: { status: 404, retryable: false },
  DATA_INVALID: { status: 400, retryable: false },
  TRAINING_FAILED: { status: 500, retryable: true },
  TRAINING_DIVERGED: { status: 422, retryable: false },
  GATEWAYS_LOST: { status: 503, retryable: false },
  STORE_UNREACHABLE: { status: 503, retryable: true },
  STORE_SLOW: { status: 503, retryable: true },
  MESSAGE_REFUSED: { status: 409, retryable: false },
  NOT_RUNNING: { status: 503, retryable: true },
  TEMPORAL_UNREACHABLE: { status: 503, retryable: true },
  PREDICTION_FAILED: { status: 500, retryable: true },
  NOT_SIGNED_IN: { status: 401, retryable: false },
  PROVIDER_UNREACHABLE: { status: 503, retryable: true },
  NOT_ALLOWED: { status: 403, retryable: false },
  NOT_FOUND: { status: 404, retryable: false },
  INTERNAL: { status: 500, retryable: true },
  ALREADY_RUNNING: { status: 409, retryable: false },
  PART_MISSING: { status: 500, retryable: false },
  SETTING_INVALID: { status: 400, retryable: false },
} as const satisfies Record<string, { status: number; retryable: boolean }>;

export type ErrorCode = keyof typeof errorTable;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorTable, text);
}

/** `message` says what was wrong, where, and what to do; `problems` lists them where there is more than one. */
export class GradusError extends Error {
  readonly code: ErrorCode;
  readonly problems: string[];

  constructor(code: ErrorCode, message: string, options: { problems?: string[]; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GradusError';
    this.code = code;
    this.problems = options.problems ?? [];
  }

  get status(): number {
    return errorTable[this.code].status;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}
