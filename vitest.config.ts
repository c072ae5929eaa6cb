/** Two projects: tests that are quick and share the cores, then the heavy ones (whole systems, real servers), two at a time. */
import { defineConfig } from 'vitest/config';

/** What is polled for comes at once, but not on a busy machine. */
const patient = { poll: { timeout: 10_000 } };
const heavy = 'test/heavy/**/*.test.ts';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'quick',
          include: ['test/**/*.test.ts'],
          exclude: [heavy],
          testTimeout: 60_000,
          expect: patient,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'heavy',
          include: [heavy],
          testTimeout: 300_000,
          expect: patient,
          hookTimeout: 120_000,
          // Each waits for half of its time, and takes up to 3 GB.
          maxWorkers: 2,
          // Whole systems on a busy machine: what fails twice is broken.
          retry: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
