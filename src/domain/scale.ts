/** Axes: where a value lies, and which round values are worth a line. */

export interface Scale {
  low: number;
  high: number;
  ticks: number[];
  /** Decimals that tell one tick from the next. */
  digits: number;
  /** 0 at `low`, 1 at `high`. */
  of: (value: number) => number;
}

/** Round steps of 1, 2 or 5, widened so that both ends are steps. */
export function scaleOver(values: readonly number[], wanted = 5): Scale {
  const finite = values.filter((value) => Number.isFinite(value));
  const min = Math.min(...finite, Infinity);
  const max = Math.max(...finite, -Infinity);
  // Closer together than this, relative to their size, values are one for the eye and for floating point.
  const isOne = max - min <= 1e-9 * Math.max(1, Math.abs(min), Math.abs(max));
  const [from, to] = finite.length === 0 ? [0, 1] : isOne ? [min - 0.5, max + 0.5] : [min, max];
  const step = roundStep((to - from) / wanted);
  return scale(Math.floor(from / step + 1e-9) * step, Math.ceil(to / step - 1e-9) * step, step);
}

/** For shares: a single value has room beside it only where shares can be, from 0 to 1. */
export function scaleOfShares(values: readonly number[], wanted = 5): Scale {
  const all = scaleOver(values, wanted);
  return all.low >= 0 && all.high <= 1 ? all : scaleOver([Math.max(0, all.low), Math.min(1, all.high)], wanted);
}

const timeSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);

/** From 0 to `ms`, with ticks at round seconds, minutes, hours, days or weeks. */
export function timeScale(ms: number, wanted = 5): Scale {
  const high = Math.max(1000, ms);
  const day = 86_400_000;
  const step =
    timeSteps.find((one) => high / one <= wanted) ??
    [1, 2, 3, 7, 14, 28, 56].map((days) => days * day).find((one) => high / one <= wanted) ??
    roundStep(high / wanted / day) * day;
  return scale(0, high, step);
}

function scale(low: number, high: number, step: number): Scale {
  const ticks = Array.from({ length: Math.floor((high - low) / step + 1e-9) + 1 }, (_, index) =>
    Number((low + index * step).toPrecision(12)),
  );
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return { low, high, ticks, digits, of: (value) => (value - low) / (high - low) };
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power;
}
