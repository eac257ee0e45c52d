const MIN_WIDTH = 20;

interface Layout {
  /** Columns of the terminal. */
  readonly columns: number;
  /** What stands before the text, on the first line. */
  readonly start: string;
  /** Columns before the further lines; those of `start` unless given. */
  readonly indent?: number;
}

/** The text in lines that fit the terminal, broken at spaces. Each line ends in a line feed. */
export function wrapped(text: string, { columns, start, indent = start.length }: Layout): string {
  const lines: string[] = [];
  let line = start;
  let isEmpty = true;
  for (const word of text.split(' ')) {
    if (!isEmpty && line.length + 1 + word.length > Math.max(columns, indent + MIN_WIDTH)) {
      lines.push(line);
      line = ' '.repeat(indent);
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line].map((one) => `${one}\n`).join('');
}
