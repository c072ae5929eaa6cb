/** Files as users have them: what is wrong with each, and what they are told. */
import { gzipSync } from 'node:zlib';

export interface MalformedFile {
  what: string;
  name?: string;
  bytes: string | Buffer;
  /** The file as a whole is refused with these words; or these are the reasons for which rows are. */
  refused?: string | RegExp;
  reasons?: string[];
  encoding?: string;
  /** Column of the text, where it is another than `text`. */
  text?: string;
}

const numbers = Array.from({ length: 30 }, (_, i) => i);
const good = numbers.map((i) => [`the ${i}th text is about ${i * 7} things`, i % 2 === 0 ? 'yes' : 'no'] as const);
const csvRows = good.map(([text, label]) => `${text},${label}\n`).join('');
const csv = `text,label\n${csvRows}`;
const jsonl = good.map(([text, label]) => `${JSON.stringify({ text, label })}\n`).join('');
const json = (value: unknown): string => `${jsonl}${JSON.stringify(value)}\n`;
const long = 'x'.repeat(1_000_001);
const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(`\ufeff${text}`, 'utf16le');
const bigEndian = (text: string): Buffer => utf16(text).swap16();
const packed = gzipSync(csv);

const notThere = /has no column "text"/;
const notEncoded = 'its text is not in the encoding that it was read with; see --encoding';
const quoteInside = 'a quote stands in the midst of a field; double it, and quote the whole field';
const quoteOpen = 'a quote that opens in it is not closed at the end of a field; close it, or double it';
const noWord = 'its text holds no word';

export const malformedFiles: MalformedFile[] = [
  { what: 'an empty file', bytes: '', refused: 'is empty' },
  { what: 'only spaces', bytes: '   \n  \n', refused: /no row below the first line|has no column/ },
  { what: 'only a header', bytes: 'text,label\n', refused: 'There is no row below the first line' },
  { what: 'no header', bytes: csvRows, refused: notThere },
  { what: 'a header in other letters', bytes: csv.replace('text', 'Text'), refused: /"text" \(did you mean Text\?\)/ },
  { what: 'a column that is not there', bytes: csv.replace('label', 'mood'), refused: /has no column "label"/ },
  { what: 'two columns of one name', bytes: csv.replace('label', 'text'), refused: /more than one column named text/ },
  {
    what: 'two columns without a name',
    bytes: `text,label,,\n${csvRows}`,
    refused: /more than one column with no name/,
  },
  { what: 'a row that is too short', bytes: `${csv}lonely\n`, reasons: ['it has 1 field where the header has 2'] },
  { what: 'a row that is too long', bytes: `${csv}a,b,c,d\n`, reasons: ['it has 4 fields where the header has 2'] },
  {
    what: 'commas that nobody quoted',
    bytes: `${csv}well, well, yes,no\n`,
    reasons: ['it has 4 fields where the header has 2'],
  },
  { what: 'a quote that is never closed', bytes: `${csv}"open,yes\nand on,no\n`, reasons: [quoteOpen] },
  { what: 'a quote in the midst', bytes: `${csv}say "hi" now,yes\n`, reasons: [quoteInside] },
  { what: 'words after a closing quote', bytes: `${csv}"say" now,yes\n`, reasons: [quoteInside] },
  { what: 'a text of spaces', bytes: `${csv}   ,yes\n`, reasons: ['its text is empty'] },
  { what: 'no text', bytes: `${csv},yes\n`, reasons: ['its text is empty'] },
  { what: 'no label', bytes: `${csv}hello there,\n`, reasons: ['it has no label'] },
  {
    what: 'a label that is a text',
    bytes: `${csv}hello,${'why '.repeat(50)}\n`,
    reasons: ['its label of label is longer than 100 characters'],
  },
  {
    what: 'one text with two labels',
    bytes: `${csv}hello,no\nhello,yes\n`,
    reasons: ['its text has other labels in another row', 'its text has other labels in another row'],
  },
  { what: 'a text of signs that nobody can see', bytes: `${csv}\u200b\u200b,yes\n`, reasons: [noWord] },
  { what: 'a text of punctuation', bytes: `${csv}... -- :),yes\n`, reasons: [noWord] },
  { what: 'a text of emoji', bytes: `${csv}👍🏽 ❤️ 🎉,yes\n`, reasons: [noWord] },
  {
    what: 'a label that would colour the terminal',
    bytes: `${csv}hello there,\u001b[31myes\n`,
    reasons: ['its label of label holds a control character'],
  },
  {
    what: 'a label in another encoding',
    bytes: latin1(`${csv}hello there,très bien\n`),
    reasons: ['its label of label is not in the encoding that it was read with; see --encoding'],
  },
  { what: 'one label only', bytes: csv.replaceAll(',no', ',yes'), refused: /every row has the same label, "yes"/ },
  {
    what: 'a label for every row',
    bytes: `text,label\n${'x'
      .repeat(1100)
      .split('')
      .map((_, i) => `a text ${i} of many,l${i}\n`)
      .join('')}`,
    refused: /1,100 different labels, and 1,000 are the most/,
  },
  {
    what: 'two rows',
    bytes: 'text,label\na b c,yes\nd e f,no\n',
    refused: /no row with a label for it is in the validation or held-out part: its 2 examples are in 2 groups/,
  },
  {
    what: 'a row of a million characters',
    bytes: `${csv}${long},yes\n`,
    reasons: ['it has more than 1,000,000 characters'],
  },
  {
    what: 'a header of a million characters',
    bytes: `${long}\n${csv}`,
    refused: /that cannot be read|None of the/,
  },
  { what: 'Latin-1 read as UTF-8', bytes: latin1(`${csv}un café très chaud,yes\n`), reasons: [notEncoded] },
  {
    what: 'GB 18030 read as UTF-8',
    bytes: Buffer.concat([Buffer.from(csv), Buffer.from([0xb2, 0xcb, 0xba, 0xc3]), Buffer.from(',yes\n')]),
    reasons: [notEncoded],
  },
  {
    what: 'UTF-8 cut in a character',
    bytes: Buffer.concat([Buffer.from(`${csv}very,no\n`), Buffer.from('好').subarray(0, 2), Buffer.from(',yes\n')]),
    reasons: [notEncoded],
  },
  { what: 'UTF-16 read as Chinese', bytes: utf16(csv), encoding: 'gb18030', refused: notThere },
  {
    what: 'zero bytes',
    bytes: Buffer.concat([Buffer.from(csv), Buffer.alloc(20)]),
    refused: 'is no text: it holds zero bytes',
  },
  {
    what: 'random bytes',
    bytes: Buffer.from(numbers.map((i) => (i * 37 + 11) % 256)),
    refused: /holds zero bytes|has no column|no row below/,
  },
  {
    what: 'a ZIP archive',
    bytes: Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), Buffer.alloc(100)]),
    refused: 'is a ZIP archive',
  },
  { what: 'a Parquet file', bytes: 'PAR1 and so on', refused: 'is a Parquet file' },
  { what: 'an archive of xz', bytes: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), refused: 'is packed by xz' },
  { what: 'an archive of zstd', bytes: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]), refused: 'is packed by zstd' },
  { what: 'an archive of bzip2', bytes: 'BZh91AY', refused: 'is packed by bzip2' },
  { what: 'a PDF', bytes: '%PDF-1.7', refused: 'is a PDF' },
  {
    what: 'gzip that ends too early',
    name: 'a.csv.gz',
    bytes: packed.subarray(0, packed.length - 40),
    refused: 'its gzip data cannot be unpacked to the end',
  },
  {
    what: 'gzip with a flipped bit',
    name: 'a.csv.gz',
    bytes: Buffer.from(packed).fill(0x55, 60, 64),
    refused: 'its gzip data cannot be unpacked to the end',
  },
  {
    what: 'only the head of gzip',
    name: 'a.csv.gz',
    bytes: packed.subarray(0, 10),
    refused: 'its gzip data cannot be unpacked to the end',
  },
  {
    what: 'JSON lines in a CSV',
    bytes: jsonl,
    refused: 'has a first line, which has to name the columns, that cannot be read',
  },
  {
    what: 'CSV as JSON lines',
    name: 'a.jsonl',
    bytes: csv,
    refused: /None of the 31 rows of .* can be used.\n +31 × it is not JSON\n/,
  },
  { what: 'one JSON array', name: 'a.jsonl', bytes: JSON.stringify(good), refused: 'is one JSON array' },
  {
    what: 'an array in many lines',
    name: 'a.jsonl',
    bytes: '[\n{"text":"a","label":"b"}\n]\n',
    refused: 'is one JSON array',
  },
  { what: 'a line that is no JSON', name: 'a.jsonl', bytes: `${jsonl}{"text": \n`, reasons: ['it is not JSON'] },
  { what: 'a line cut off', name: 'a.jsonl', bytes: `${jsonl}{"text":"a b","lab`, reasons: ['it is not JSON'] },
  {
    what: 'JSON with single quotes',
    name: 'a.jsonl',
    bytes: `${jsonl}{'text': 'a', 'label': 'yes'}\n`,
    reasons: ['it is not JSON'],
  },
  {
    what: 'NaN in JSON',
    name: 'a.jsonl',
    bytes: `${jsonl}{"text": NaN, "label": "yes"}\n`,
    reasons: ['it is not JSON'],
  },
  {
    what: 'a line that is a list',
    name: 'a.jsonl',
    bytes: json(['a', 'yes']),
    reasons: ['it is JSON, but not an object'],
  },
  { what: 'a line that is a word', name: 'a.jsonl', bytes: json('a'), reasons: ['it is JSON, but not an object'] },
  { what: 'a line that is null', name: 'a.jsonl', bytes: json(null), reasons: ['it is JSON, but not an object'] },
  {
    what: 'a text that is nested',
    name: 'a.jsonl',
    bytes: json({ text: { en: 'a' }, label: 'yes' }),
    reasons: ['its text is an object'],
  },
  {
    what: 'a text that is null',
    name: 'a.jsonl',
    bytes: json({ text: null, label: 'yes' }),
    reasons: ['its text is empty'],
  },
  {
    what: 'a label that is a list',
    name: 'a.jsonl',
    bytes: json({ text: 'a b', label: ['yes'] }),
    reasons: ['its label is a list'],
  },
  {
    what: 'a zero character',
    name: 'a.jsonl',
    bytes: json({ text: 'a\0b', label: 'yes' }),
    reasons: ['its text holds a zero character'],
  },
  {
    what: 'half a surrogate',
    name: 'a.jsonl',
    bytes: `${jsonl}{"text": "\\ud83d and more", "label": "yes"}\n`,
    reasons: ['its text holds half a character'],
  },
  {
    what: 'a line of a million characters',
    name: 'a.jsonl',
    bytes: json({ text: long, label: 'yes' }),
    reasons: ['it has more than 1,000,000 characters'],
  },
  {
    what: 'the names of an object’s own',
    name: 'a.jsonl',
    bytes: `${jsonl}{"__proto__": "a", "constructor": "b"}\n`,
    reasons: ['it has no key "text"'],
  },
  { what: 'commas in a TSV', name: 'a.tsv', bytes: csv, refused: notThere },
  {
    what: 'big-endian UTF-16 with a bad row',
    bytes: bigEndian(`${csv}lonely\n`),
    reasons: ['it has 1 field where the header has 2'],
  },
  {
    what: 'line ends of three kinds',
    bytes: `${csv}a b c,yes\r\nd e f,no\nlonely\r\n`,
    reasons: ['it has 1 field where the header has 2'],
  },
];
