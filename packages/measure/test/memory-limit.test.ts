import { expect, it } from 'vitest'
import { memoryLimitBytes } from '../src/index.ts'

const none = 2 ** 64
const files =
  (found: Record<string, string>) =>
  (file: string): string =>
    found[file] ?? ''

it.each([
  ['no control groups', {}, none, null],
  ['no limit: Node answers 2^64', { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': 'max\n' }, none, null],
  [
    'the limit of a container',
    { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': '314572800\n' },
    none,
    314572800,
  ],
  ['what Node knows (cgroup v1, or macOS)', { '/proc/self/cgroup': '4:memory:/a\n' }, 5e8, 5e8],
  [
    'a limit further up is a limit too',
    {
      '/proc/self/cgroup': '1:name=systemd:/x\n0::/slice/unit\n',
      '/sys/fs/cgroup/slice/unit/memory.max': '900\n',
      '/sys/fs/cgroup/slice/memory.max': '700\n',
      '/sys/fs/cgroup/memory.max': 'max\n',
    },
    800,
    700,
  ],
])('S4-20 memory limit: %s', (_, found, constrained, expected) => {
  expect(memoryLimitBytes(files(found as Record<string, string>), constrained)).toBe(expected)
})
