import { isLiteral, quoted, tokensOf } from './tokens.ts'

/**
 * A statement without its values: literals and parameters become `?`, a list of values one `(?)`, words lower case, white space single.
 * Statements that differ only in values have one fingerprint.
 */
export function fingerprintOf(sql: string): string {
  const words = tokensOf(sql).map((token) => {
    if (isLiteral(token) || token.kind === 'parameter') return '?'
    return token.kind === 'name' ? quoted(token.text) : token.text.toLowerCase()
  })
  while (words.at(-1) === ';') words.pop()
  return words
    .join(' ')
    .replace(/\( \?(?: , \?)+ \)/g, '( ? )')
    .replace(/(\( \? \))(?: , \( \? \))+/g, '$1')
    .replace(/ ?([(),.]) ?/g, (_, mark: string) => (mark === ',' ? ', ' : mark))
    .replace(/\b(in|values|and|or|where|on|not|select|from|exists|union|all|as|by)\(/g, '$1 (')
    .replace(/\)(?=[\w"?<>=!|&+*/-])/g, ') ')
}
