/** What commands about running releases need: loaded only by them, since it takes most of a second. */
export { withStore } from '../platform/records.ts';
export { insistFree } from '../platform/schedule-busy.ts';
export { startRelease } from '../platform/start-release.ts';
export { tellReleases } from '../platform/tell-releases.ts';
export { withTemporal } from '../platform/temporal-client.ts';
export { findRelease, openRelease } from './find-release.ts';
export { readPlanFileOrStored } from './plan-file.ts';
export { tellRelease } from './tell-release.ts';
export { liveWatch } from './watch/live-watch.ts';
export { openSource } from './watch/source.ts';
export { watchRelease } from './watch.ts';
export { createSchedule, dueTimes, listSchedules, on as onSchedule, readSchedule } from '../platform/schedules.ts';
