/**
 * Character sets in which a character may end with the byte of a backslash: quotes end elsewhere than they seem to, and
 * the client splits SQL elsewhere than the server.
 */
export const backslashSets: ReadonlySet<string> = new Set(['big5', 'cp932', 'gb18030', 'gbk', 'sjis'])
