/** What the lexer is in the middle of. */
export const states = {
  code: 0,
  word: 1,
  quoted: 2,
  quotedEscape: 3,
  quotedEnd: 4,
  comment: 5,
  star: 6,
  delimiter: 7,
  delimiterCommand: 8,
  escape: 9,
  dollarQuoted: 10,
} as const
