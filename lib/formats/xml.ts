const ENTITIES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' };

/** The text as XML, within an element or an attribute in double quotes. */
export function escapedXml(text: string): string {
  return text.replace(/[<>&"]/g, (character) => ENTITIES[character] ?? '');
}
