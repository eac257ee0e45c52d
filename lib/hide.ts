/** A shorter text is not treated as a secret: hiding it would make texts unreadable. */
const MIN_SECRET_LENGTH = 4;

export type Hide = (text: string) => string;

/** Replaces secrets by `***`, a longer one before one that is part of it. */
export function hideAll(secrets: Iterable<string>): Hide {
  const hidden = [...secrets]
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH)
    .sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((left, secret) => left.replaceAll(secret, '***'), text);
}
