/** Capabilities, or examples where there are fewer, are measured side by side on threads; results stand in their order. */
import type { CardOrder, MeasuredCard } from '../domain/card.ts';
import type { Evaluated, EvaluateOrder } from '../domain/ports.ts';
import type { Thread } from './thread.ts';
import type { Answers } from './thread-messages.ts';

type Take = () => Promise<Thread>;

export async function evaluateOn(threads: number, order: EvaluateOrder, take: Take): Promise<Evaluated> {
  const first = await take();
  const taken = [first];
  const answers = order.capabilities.length < threads ? await answerTogether(threads, order, taken, take) : [];
  const takeAgain = async (): Promise<Thread> => taken.pop() ?? take();
  const parts = await sideBySide(threads, order, takeAgain, async (thread, share) =>
    thread.run({ kind: 'evaluate', order: share, answers }, (message) =>
      message.kind === 'evaluated' ? message.evaluated : undefined,
    ),
  );
  const inOrder = byCapability(order);
  return {
    candidate: inOrder(parts.flatMap((part) => part.candidate)),
    stable: inOrder(parts.flatMap((part) => part.stable)),
    baseline: inOrder(parts.flatMap((part) => part.baseline)),
    comparisons: inOrder(parts.flatMap((part) => part.comparisons)),
    ...(parts[0]?.lineage === undefined ? {} : { lineage: parts[0].lineage }),
  };
}

/** Another thread loads TensorFlow and the data, which takes as long as some thousand answers. */
const worthAThread = 3000;

/** Where there is much to answer, more threads are taken, and each answers to every so many of the examples. */
async function answerTogether(threads: number, order: EvaluateOrder, taken: Thread[], take: Take): Promise<Answers[]> {
  const wanted = await taken[0]?.run({ kind: 'count', order }, (message) =>
    message.kind === 'counted' ? message.count : undefined,
  );
  const count = Math.min(threads, Math.ceil((wanted ?? 0) / worthAThread));
  if (count < 2) return [];
  while (taken.length < count) taken.push(await take());
  const [first = [], ...others] = await Promise.all(
    taken.map(async (thread, index) =>
      thread.run({ kind: 'answer', order, share: { index, count } }, (message) =>
        message.kind === 'answered' ? message.answers : undefined,
      ),
    ),
  );
  return first.map(({ version, capability, answers }) => {
    const same = (one: Answers): boolean => one.version === version && one.capability === capability;
    const shares = [answers, ...others.map((share) => share.find(same)?.answers ?? [])];
    return {
      version,
      capability,
      answers: answers.flatMap((_, place) => shares.flatMap((share) => share[place] ?? [])),
    };
  });
}

export async function cardOn(threads: number, order: CardOrder, take: Take): Promise<MeasuredCard> {
  const first = await take();
  // Before the others: it takes times.
  const described = await first.run({ kind: 'describe', order }, (message) =>
    message.kind === 'described' ? message.described : undefined,
  );
  const waiting = [first];
  const takeAgain = async (): Promise<Thread> => waiting.pop() ?? take();
  const parts = await sideBySide(threads, order, takeAgain, async (thread, share) =>
    thread.run({ kind: 'capabilities', order: share }, (message) =>
      message.kind === 'capabilities' ? message.capabilities : undefined,
    ),
  );
  return { ...described, capabilities: byCapability(order)(parts.flat()) };
}

interface Shared {
  capabilities: string[];
}

/** Each thread is given every so many of the order's capabilities. */
function sideBySide<Order extends Shared, Result>(
  threads: number,
  order: Order,
  take: Take,
  run: (thread: Thread, share: Order) => Promise<Result>,
): Promise<Result[]> {
  const { capabilities } = order;
  const count = Math.min(threads, capabilities.length);
  return Promise.all(
    Array.from({ length: count }, async (_, thread) =>
      run(await take(), { ...order, capabilities: capabilities.filter((_, i) => i % count === thread) }),
    ),
  );
}

function byCapability({ capabilities }: Shared) {
  return <T extends { capability: string }>(list: T[]): T[] =>
    list.sort((a, b) => capabilities.indexOf(a.capability) - capabilities.indexOf(b.capability));
}
