/** What a dataset is to the trainer: labelled texts in three fixed parts. */
import type { Part } from '../domain/version.ts';

export interface Example {
  /** Stable over runs and machines. */
  id: string;
  /** What the network may see, and what an application sends. */
  text: string;
  /** Labels by capability; a capability that this example has no label for is left out. */
  labels: Record<string, string>;
  /** What versions are measured by, slice by slice. */
  attributes?: Record<string, string>;
}

/** Folders of datasets. */
export interface DatasetPlaces {
  /** What was prepared once, and can be again. */
  cache: string;
  /** What users brought. */
  own: string;
}

export interface Dataset {
  name: string;
  /** SHA-256 (hex) of its content, so that a version says what it was trained on. */
  digest: string;
  /** The labels of each capability, sorted. */
  labels: Record<string, string[]>;
  /** Examples of one part, in an order that never changes. */
  part(part: Part): Example[];
}
