/** Times of day in a time zone, and the instants that they are: also where a clock is put forward or back. */

/** A day and a time as a clock on the wall shows it; `hour` 24 is the next day's 0. */
export interface WallTime {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Whether `zone` is one of the IANA time zone database, such as `Asia/Shanghai`, or UTC. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    // Offsets such as +08:00 are taken by newer engines only, and know no summer time.
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

/** What a clock in `zone` shows at an instant, as if it were UTC, in milliseconds. */
export function wallMs(instant: number, zone: string): number {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const wall = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wall + (((instant % 1000) + 1000) % 1000);
}

/**
 * When a clock in `zone` shows `wall`. Where it does so twice, because it is put back: the first or the last time, as
 * `which` says. Where it never does, because it is put forward: the moment at which it is.
 */
export function instantOf(wall: WallTime, zone: string, which: 'first' | 'last'): number {
  const shown = Date.UTC(wall.year, wall.month - 1, wall.day, wall.hour, wall.minute);
  // Offsets change by less than a day and a quarter, and not twice within three.
  const around = [shown - day - day / 4, shown + day + day / 4];
  const tries = around.map((near) => shown - (wallMs(near, zone) - near));
  const found = tries.filter((instant) => wallMs(instant, zone) === shown);
  if (found.length > 0) return which === 'first' ? Math.min(...found) : Math.max(...found);
  // Between the two tries the clock jumps over it: the first instant that shows more.
  let [before, after] = [Math.min(...tries), Math.max(...tries)];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallMs(middle, zone) < shown) before = middle;
    else after = middle;
  }
  return after;
}

const day = 86_400_000;

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
}
