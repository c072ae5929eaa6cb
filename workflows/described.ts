/** Activities with a summary each: what Temporal's UI says in its timeline of what is done, for whom. */

/** One line in plain words, from what the activity is given. */
export type Summaries<A> = {
  [K in keyof A]?: A[K] extends (...args: infer P) => unknown ? (...args: P) => string : never;
};

/** The same activities; each call carries its summary. Temporal keeps some 200 bytes of one. */
export function described<A extends object>(activities: A, summaries: Summaries<A>): A {
  return new Proxy(activities, {
    get(target, name, receiver) {
      const activity: unknown = Reflect.get(target, name, receiver);
      const summary: unknown = Reflect.get(summaries, name);
      if (typeof summary !== 'function' || typeof activity !== 'function') return activity;
      const withOptions: unknown = Reflect.get(activity, 'executeWithOptions');
      if (typeof withOptions !== 'function') return activity;
      return (...args: unknown[]): unknown =>
        Reflect.apply(withOptions, activity, [{ summary: short(String(Reflect.apply(summary, null, args))) }, args]);
    },
  });
}

function short(text: string): string {
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`;
}
