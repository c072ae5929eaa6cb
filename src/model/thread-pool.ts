/** Threads that are kept for a while after their work: each takes seconds to load TensorFlow and its data again. */
import { startThread, type Thread } from './thread.ts';
import type { ThreadSetting } from './thread-messages.ts';

export interface ThreadPool {
  take(): Promise<Thread>;
  /** A thread that has done all its work, and done it well. */
  giveBack(thread: Thread): void;
}

const keptForMs = 30_000;

export function createThreadPool(setting: ThreadSetting): ThreadPool {
  const idle: { thread: Thread; timer: NodeJS.Timeout }[] = [];
  return {
    async take() {
      for (let waiting = idle.pop(); waiting !== undefined; waiting = idle.pop()) {
        clearTimeout(waiting.timer);
        if (!waiting.thread.isAlive()) continue;
        waiting.thread.hold(true);
        return waiting.thread;
      }
      return startThread(setting);
    },
    giveBack(thread) {
      const leave = (): void => {
        const place = idle.findIndex((one) => one.thread === thread);
        if (place === -1) return;
        idle.splice(place, 1);
        void thread.stop();
      };
      // Neither it nor its timer is a reason for the process to go on living.
      thread.hold(false);
      idle.push({ thread, timer: setTimeout(leave, keptForMs).unref() });
    },
  };
}
