/** What `gradus data` needs when it does something: loaded then, because it takes a while. */
export { includedDatasets, includedNames, unknownDataset } from '../datasets/index.ts';
export { importFiles } from '../datasets/own/import.ts';
export { keepOwn, listOwn, readReport, removeOwn } from '../datasets/own/own-datasets.ts';
export { reportText } from './data-text.ts';
