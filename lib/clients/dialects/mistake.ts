/** A mistake in a URL. Its message contains no value of the URL: at most the name of a parameter. */
export class UrlMistake extends Error {}

/** The message of the mistake that reading finds; undefined if there is none. */
export function mistakeIn(read: () => void): string | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    if (error instanceof UrlMistake) return error.message;
    throw error;
  }
}
