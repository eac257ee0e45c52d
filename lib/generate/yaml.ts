import { Document } from 'yaml';

/** Documents of YAML in one file, with a comment at its top. */
export function yamlText(comment: string, ...documents: readonly unknown[]): string {
  const texts = documents.map((content) => {
    // No anchors: most readers do not know them.
    const document = new Document(content, { aliasDuplicateObjects: false });
    return document.toString({ lineWidth: 0 });
  });
  const lines = comment.split('\n').map((line) => `# ${line}\n`);
  return `${lines.join('')}${texts.join('---\n')}`;
}
