/** Addresses of pages of Temporal's UI. */
import type { Addresses } from './run-file.ts';

/** The page of one workflow; null where nobody said where the UI is. */
export function workflowLink(
  addresses: Pick<Addresses, 'temporalUi' | 'namespace'>,
  workflowId: string,
): string | null {
  if (addresses.temporalUi === null) return null;
  const base = addresses.temporalUi.replace(/\/+$/, '');
  return `${base}/namespaces/${encodeURIComponent(addresses.namespace)}/workflows/${encodeURIComponent(workflowId)}`;
}
