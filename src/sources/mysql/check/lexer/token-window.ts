import type { TokenKind } from './sql-token'

export interface Token {
  kind: TokenKind
  text: string
  /** In capitals; a symbol unchanged; empty for anything in quotes. */
  word: string
}

const none: Token = { kind: 'symbol', text: '', word: '' }

/** The last four tokens of a statement. */
export class TokenWindow {
  private tokens: [Token, Token, Token, Token] = [none, none, none, none]

  static token(kind: TokenKind, text: string): Token {
    return { kind, text, word: kind === 'word' ? text.toUpperCase() : kind === 'symbol' ? text : '' }
  }

  push(token: Token): void {
    const [first, second, third] = this.tokens
    this.tokens = [token, first, second, third]
  }

  clear(): void {
    this.tokens = [none, none, none, none]
  }

  /** The last token, or an earlier one. */
  get(back: 0 | 1 | 2 | 3 = 0): Token {
    return this.tokens[back]
  }

  /** Whether the last tokens are these words, with or without an equals sign after them. */
  endsWith(...words: [string] | [string, string]): boolean {
    return this.tokens[0].word === '=' ? this.isAt(1, words) : this.isAt(0, words)
  }

  /** The token before the last one; an equals sign at the end does not count. */
  beforeLast(): Token {
    return this.tokens[this.tokens[0].word === '=' ? 2 : 1]
  }

  private isAt(from: 0 | 1, words: readonly string[]): boolean {
    return words.every((word, index) => this.tokens[from + words.length - 1 - index]?.word === word)
  }
}
