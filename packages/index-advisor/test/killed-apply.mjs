// Applies advice to a file; its parent kills it meanwhile. Compiled code: what is killed is what ships.
import { readFileSync } from 'node:fs'
import { applyAdvice, openDatabase } from '../dist/index.js'

const [file, advice] = process.argv.slice(2)
const db = openDatabase(file, { readonly: false })
process.stdout.write('ready\n')
applyAdvice(db, JSON.parse(readFileSync(advice, 'utf8')))
db.close()
