/** The commands that a page shows, and what it says that they print. */

/** As in the pages: a line that stands for any number of lines. */
const leftOut = '…';

export interface Block {
  /** The page and its first line: where it stands, in words that survive an edit of the page. */
  readonly name: string;
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

export interface Example {
  readonly command: string;
  readonly output: readonly string[];
}

export function blocksIn(page: string, markdown: string): readonly Block[] {
  const fenced = markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms);
  return Array.from(fenced, ([, language = '', text = '']) => {
    const [first = ''] = text.split('\n');
    return { name: `${page}: ${first}`, page, language, text };
  });
}

/** Each line that starts with `$ `, and what stands below it. */
export function examplesIn(text: string): readonly Example[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((example) => {
      const [command = '', ...output] = example.trimEnd().split('\n');
      return { command, output };
    });
}

/** What differs from run to run, made the same. */
function steady(text: string): string {
  return text
    .replace(/\b[0-9a-f]{64}\b/g, '<sha256>')
    .replace(/\b[0-9a-f]{8}…/g, '<hash>…')
    .replace(/127\.0\.0\.1:\d+#[0-9a-f]{8}/g, '<channel>')
    .replace(/\b\d{8}T\d{6,9}Z\b/g, '<time>')
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, '<day>')
    .replace(/\b\d+ days left/g, '<days> left');
}

/** @returns what the text lacks of the output that a page shows, or undefined */
export function lackOf(actual: string, output: readonly string[]): string | undefined {
  const text = steady(actual.trimEnd());
  const pieces = piecesOf(output);
  const absent = firstAbsent(text, pieces);
  if (absent !== undefined) return absent;
  // Nothing may be left out without a line that says so.
  const [first = '', last = ''] = [pieces[0], pieces.at(-1)];
  if (!text.startsWith(first)) return `${first}, as the first of it`;
  return text.endsWith(last) ? undefined : `${last}, as the last of it`;
}

/** The pieces of the output between the lines that were left out. */
function piecesOf(output: readonly string[]): readonly string[] {
  return output
    .join('\n')
    .split(new RegExp(`^${leftOut}$`, 'm'))
    .map((piece) => steady(piece.replace(/^\n|\n$/g, '')));
}

/** The first piece that the text does not hold after those before it. */
function firstAbsent(text: string, pieces: readonly string[]): string | undefined {
  let at = 0;
  return pieces.find((piece) => {
    const found = `\n${text}\n`.indexOf(`\n${piece}\n`, at);
    if (piece !== '' && found < 0) return true;
    if (piece !== '') at = found + piece.length;
    return false;
  });
}
