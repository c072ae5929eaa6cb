/** What commands about running releases need: loaded only by them, since it takes most of a second. */
export { withStore } from '../platform/records.ts';
export { sendMessage } from '../platform/send-message.ts';
export { startRelease } from '../platform/start-release.ts';
export { tellReleases } from '../platform/tell-releases.ts';
export { connectClient, withTemporal } from '../platform/temporal-client.ts';
export { findRelease, openRelease } from './find-release.ts';
export { readPlanFileOrStored } from './plan-file.ts';
export { watchRelease } from './watch.ts';
export { endAbandoned } from '../platform/end-abandoned.ts';
export { createSchedule, listSchedules, on as onSchedule, readSchedule } from '../platform/schedules.ts';
