export interface Token {
  /** `word` is bare, `name` was quoted; its text is without the quotes. */
  kind: 'word' | 'name' | 'number' | 'string' | 'blob' | 'parameter' | 'operator'
  text: string
}

const pattern =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<blob>[xX]'[^']*')|(?<string>'(?:[^']|'')*')|(?<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])|(?<number>0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<parameter>\?\d*|[:@$][A-Za-z_]\w*)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<operator>->>|->|\|\||<<|>>|<=|>=|==|<>|!=|[\s\S])/gu

/** The words of a statement, without white space and comments. Text that is no SQL gives tokens too: nothing throws. */
export function tokensOf(sql: string): Token[] {
  const tokens: Token[] = []
  for (const { groups } of sql.matchAll(pattern)) {
    const [kind, text] = Object.entries(groups!).find(([, value]) => value !== undefined)!
    if (kind === 'space') continue
    tokens.push({ kind: kind as Token['kind'], text: kind === 'name' ? unquoted(text) : text })
  }
  return tokens
}

const unquoted = (text: string): string => {
  const quote = text.at(-1)!
  const inner = text.slice(1, -1)
  return quote === ']' ? inner : inner.replaceAll(quote + quote, quote)
}

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

export const isLiteral = (token: Token | undefined): boolean =>
  token?.kind === 'number' || token?.kind === 'string' || token?.kind === 'blob'
