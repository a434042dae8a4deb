// Applies advice to a file; its parent kills it meanwhile.
import { readFileSync } from 'node:fs'
import { applyAdvice, openDatabase } from '../src/index.ts'

const db = openDatabase(process.argv[2]!, { readonly: false })
const advice = JSON.parse(readFileSync(process.argv[3]!, 'utf8'))
process.stdout.write('ready\n')
applyAdvice(db, advice)
db.close()
