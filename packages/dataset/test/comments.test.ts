import { describe, expect, it } from 'vitest'
import { parseComments } from '../src/comments.ts'

const read = (kind: string, source: string) => parseComments(source, kind).text

describe('comments of source code', () => {
  it('TypeScript: blocks under what they stand for, decorators passed over, other comments left out', () => {
    const source = `/** The whole file. */
/** Adds.
 *
 * @param a first
 */
@logged()
export function add(a: number, b: number): number {
  // not this
  /* nor this */
  const glob = 'src/**/*.ts'
  return a + b
}
/** One line. */
let y
/** Never closed
`
    expect(read('.ts', source)).toBe(
      'The whole file.\n\n' +
        '## export function add(a: number, b: number): number\nAdds.\n\n@param a first\n\n' +
        '## let y\nOne line.\n\nNever closed',
    )
  })

  it('Go: runs of lines right above a declaration only', () => {
    const source = `//go:build linux
// Package a does it.
package a

// A note that stands alone.

// Open opens
// the file.
func Open(name string) (*File, error) {
	// inside
	return nil, nil
}
`
    expect(read('.go', source)).toBe(
      '## package a\nPackage a does it.\n\n## func Open(name string) (*File, error)\nOpen opens\nthe file.',
    )
  })

  it('Rust and C: line and block comments that document, past attributes', () => {
    expect(
      read('.rs', '//! The crate.\n\n/// Adds.\n/// Fast.\n#[inline]\npub fn add(a: u8) -> u8 {\n// no\n//// no\n}'),
    ).toBe('The crate.\n\n## pub fn add(a: u8) -> u8\nAdds.\nFast.')
    expect(read('.h', '/*! Frees it. */\r\nvoid release(void *p);\r\n/* plain */\r\nint x;')).toBe(
      '## void release(void *p);\nFrees it.',
    )
  })

  it('Python: docstrings of module, class and function, over several lines of signature', () => {
    const source = `#!/usr/bin/env python
"""The module."""

class Lock:
    '''A lock.

    Held once.
    '''
    async def take(
        self,
        timeout: float = 1,
    ) -> bool:  # comment

        r"""Takes it."""
        text = """not a docstring"""

    def give(self):
        pass
`
    expect(read('.py', source)).toBe(
      'The module.\n\n## class Lock\nA lock.\n\nHeld once.\n\n## async def take(\nTakes it.',
    )
  })

  it.each(['.ts', '.py', '.go', '.rs', '.c'])('%s: nothing in, nothing out', (kind) => {
    for (const source of ['', '\n\n', '"""', '/**', '///', 'def f(', '// x'])
      expect(() => read(kind, source)).not.toThrow()
    expect(read(kind, '')).toBe('')
  })
})
