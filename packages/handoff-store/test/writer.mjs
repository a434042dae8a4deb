// Replaces one file again and again, or once with content of the size in argv[3].
import { replaceFile } from '../dist/files.js'

const [file, size] = process.argv.slice(2)
if (size) {
  replaceFile(file, 'n'.repeat(Number(size)))
} else {
  for (let round = 0; ; round++) {
    const letter = 'abc'[round % 3]
    replaceFile(file, JSON.stringify({ letter, text: letter.repeat(100_000 * (1 + (round % 3))) }))
    if (round === 0) process.stdout.write('writing\n')
  }
}
