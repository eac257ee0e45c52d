import { shortLine } from './errors.ts';

/** A shorter text is not treated as a secret: hiding it would make texts unreadable. */
const MIN_SECRET_LENGTH = 4;
const MASK = '***';
/** Ends a text that was cut off. */
const CUT = '…';

export type Hide = (text: string) => string;

/**
 * Replaces secrets by `***`, a longer one before one that is part of it. Also where a secret was put on one line, or in
 * lower case as host names are, and where its end was cut off.
 */
export function hideAll(secrets: Iterable<string>): Hide {
  const spellings = new Set([...secrets].flatMap(spellingsOf));
  const hidden = [...spellings]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) =>
    hideCut(
      hidden.reduce((left, secret) => left.replaceAll(secret, MASK), text),
      hidden,
    );
}

function spellingsOf(secret: string): readonly string[] {
  return [secret, secret.toLowerCase(), shortLine(secret, secret.length)];
}

/** Hides what is left of a secret whose end was cut off. */
function hideCut(text: string, hidden: readonly string[]): string {
  if (!text.includes(CUT)) return text;
  const pieces = text.split(CUT);
  return pieces
    .map((piece, index) => {
      if (index === pieces.length - 1) return piece;
      const length = Math.max(0, ...hidden.map((secret) => cutLength(piece, secret)));
      return length === 0 ? piece : `${piece.slice(0, -length)}${MASK}`;
    })
    .join(CUT);
}

/** How many characters at the end of a text are the beginning of the secret; 0 for fewer than a secret has. */
function cutLength(text: string, secret: string): number {
  for (let length = Math.min(text.length, secret.length - 1); length >= MIN_SECRET_LENGTH; length -= 1)
    if (text.endsWith(secret.slice(0, length))) return length;
  return 0;
}
