// Does one piece of work on a file; its parent kills it meanwhile. The compiled code: it starts in a tenth of the time.
import Database from 'better-sqlite3'
import { openStore } from '../dist/index.js'
import { performMaintenance } from '../dist/maintenance/perform.js'
import { maintenancePlan } from '../dist/maintenance/plan.js'

const [work, settings] = process.argv.slice(2)
const options = JSON.parse(settings)
process.stdout.write('ready\n')
if (work === 'migrate') openStore(options).close()
else {
  const db = new Database(options.path)
  if (work === 'index') db.exec('CREATE INDEX chunks_text ON chunks (text)')
  else
    performMaintenance(
      db,
      maintenancePlan(db).steps.filter(({ kind }) => kind === work),
    )
  db.close()
}
