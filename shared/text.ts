/** Text from outside, made fit to show. Each place that shows it escapes for its own syntax besides. */

/** Control characters, and the invisible ones that reorder or hide text (bidi, zero width, tags). */
const unfit =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;
const loneSurrogate = /\p{Surrogate}/gu;

/**
 * One line of plain text: control and reordering characters become spaces, halves of characters become
 * U+FFFD, and what is longer than `maxChars` (code points) ends in `…`.
 */
export function plainLine(text: string, maxChars = 300): string {
  const line = text
    .replace(loneSurrogate, '\ufffd')
    .replace(unfit, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cut(line, maxChars);
}

/** Cuts at a code point, never inside one. */
export function cut(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const points = Array.from(text);
  return points.length <= maxChars ? text : `${points.slice(0, maxChars - 1).join('')}…`;
}

/** Takes secrets out of a text that somebody else wrote: a platform may echo what it was sent. */
export function redact(text: string, secrets: readonly (string | undefined)[]): string {
  return (
    secrets
      .filter((secret): secret is string => secret !== undefined && secret.length >= 4)
      // One may begin with another.
      .sort((a, b) => b.length - a.length)
      .reduce((clean, secret) => clean.replaceAll(secret, '***'), text)
  );
}
