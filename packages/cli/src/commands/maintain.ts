import { PipelineError } from '@tenfold/contracts'
import type { openDatabase } from '@tenfold/index-advisor'
import type { MaintenanceKind, MaintenancePlan, MaintenanceStep } from '@tenfold/store-sqlite'
import { Command, Option } from 'commander'
import { currentShelf } from '../library.ts'
import { doneLine, planLines } from '../maintain/print.ts'

interface Options {
  yes?: boolean
  only?: MaintenanceKind[]
  undo?: boolean
  json?: boolean
}

export const maintainCommand = () =>
  new Command('maintain')
    .description('what is worth doing to a SQLite file, and what it takes? Shows, and changes nothing without --yes')
    .argument('[database]', 'the SQLite file; without one, the index last ingested')
    .addOption(new Option('--yes', 'do what is worth doing').conflicts('undo'))
    .addOption(
      new Option('--only <step...>', 'these steps, also where they are not worth it').choices([
        'check',
        'checkpoint',
        'analyze',
        'merge',
        'vacuum',
      ]),
    )
    .addOption(new Option('--undo', 'take back the last change of the schema, for an older build').conflicts('only'))
    .option('--json', 'print the result as JSON')
    .action(async (given: string | undefined, options: Options) => {
      const { openDatabase } = await import('@tenfold/index-advisor')
      const { maintenancePlan, storeFile, undoMigration } = await import('@tenfold/store-sqlite')
      const file = given ?? storeFile(currentShelf().workspace)
      const db = openDatabase(file, { readonly: !(options.yes || options.undo) })
      try {
        if (options.undo) {
          const { version, name } = undoMigration(db)
          const undone = `✓ ${file} has version ${version - 1} of the schema again; taken back: ${name}`
          console.log(options.json ? JSON.stringify({ version: version - 1, undone: name }) : undone)
          return
        }
        const plan = maintenancePlan(db)
        const steps = plan.steps.filter(({ kind, isWorth }) => (options.only ? options.only.includes(kind) : isWorth))
        if (options.yes) await perform(db, plan, steps, options)
        else if (options.json) console.log(JSON.stringify({ ...plan, done: null }))
        else for (const line of planLines(plan, steps)) console.log(line)
      } finally {
        db.close()
      }
    })

async function perform(
  db: ReturnType<typeof openDatabase>,
  plan: MaintenancePlan,
  steps: MaintenanceStep[],
  { json }: Options,
): Promise<void> {
  const { performMaintenance } = await import('@tenfold/store-sqlite')
  if (steps.length === 0)
    throw new PipelineError('DATA_EMPTY', `${plan.path} has no such step`, 'see the steps with `tenfold maintain`')
  const done = performMaintenance(db, steps, (each) => {
    if (!json) console.log(doneLine(each))
  })
  if (json) console.log(JSON.stringify({ ...plan, done: done.map(({ step, wallMs }) => ({ ...step, wallMs })) }))
}
