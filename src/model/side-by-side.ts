/** Capabilities are measured side by side, on threads; what was measured stands in their order. */
import type { CardOrder, MeasuredCard } from '../domain/card.ts';
import type { Evaluated, EvaluateOrder } from '../domain/ports.ts';
import type { Thread } from './thread.ts';

type Take = () => Promise<Thread>;

export async function evaluateOn(threads: number, order: EvaluateOrder, take: Take): Promise<Evaluated> {
  const parts = await sideBySide(threads, order, take, async (thread, share) =>
    thread.run({ kind: 'evaluate', order: share }, (message) =>
      message.kind === 'evaluated' ? message.evaluated : undefined,
    ),
  );
  const inOrder = byCapability(order);
  return {
    candidate: inOrder(parts.flatMap((part) => part.candidate)),
    stable: inOrder(parts.flatMap((part) => part.stable)),
    baseline: inOrder(parts.flatMap((part) => part.baseline)),
    comparisons: inOrder(parts.flatMap((part) => part.comparisons)),
  };
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
