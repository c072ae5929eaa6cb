/** Addresses of pages of Temporal's UI. */
import type { Config } from './config.ts';
import { runningOn, type Addresses } from './run-file.ts';

/** The page of one workflow; null where nobody said where the UI is. */
export function workflowLink(
  addresses: Pick<Addresses, 'temporalUi' | 'namespace'>,
  workflowId: string,
): string | null {
  if (addresses.temporalUi === null) return null;
  const base = addresses.temporalUi.replace(/\/+$/, '');
  return `${base}/namespaces/${encodeURIComponent(addresses.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}

/** The page of a release, as far as this process knows where Temporal's UI is. */
export function pageOfRelease(config: Config, release: string): string | null {
  const addresses = runningOn(config.home)?.addresses ?? null;
  const temporalUi = config.temporalUiUrl ?? addresses?.temporalUi ?? null;
  return workflowLink({ temporalUi, namespace: config.temporal?.namespace ?? config.namespace }, release);
}
