import type { Filter, Passage } from '@tenfold/contracts'
import { loadSettings, targetOf } from '@tenfold/phase-kit'
import { Command, InvalidArgumentError } from 'commander'
import { bestKnownConfig, currentShelf } from '../library.ts'
import { addCondition } from '../where.ts'

const wholeNumber = (text: string): number => {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('takes a whole number from 1')
  return value
}

interface AskOptions {
  passages?: number
  in?: string
  where?: Filter['metadata']
  answer: boolean
  json?: boolean
}

/** The words of the question stand out where the terminal can show it. */
const marks = () => (process.stdout.isTTY ? { open: '\u001b[1m', close: '\u001b[22m' } : { open: '', close: '' })
const snippetWords = 24

export const askCommand = () =>
  new Command('ask')
    .description('answer a question from the index, with sources and stage times')
    .argument('<question>')
    .option('-k, --passages <count>', 'passages to look at', wholeNumber)
    .option('--in <collection>', 'only documents of this top folder')
    .option(
      '--where <condition>',
      'only documents whose metadata is so: lang=en, year>=2020 (may be repeated)',
      addCondition,
    )
    .option('--no-answer', 'sources only, no generated answer')
    .option('--json', 'print one JSON object instead of a stream')
    .action(async (question: string, options: AskOptions) => {
      const { default: rag } = await import('@tenfold/rag')
      const shelf = currentShelf()
      const settings = await loadSettings()
      const config = await bestKnownConfig(settings)
      const opening = performance.now()
      const { options: door } = targetOf(settings)
      const target = await rag.open({ config, workspace: shelf.workspace, ...(door ? { options: door } : {}) })
      const openMs = performance.now() - opening
      const stages: Record<string, number> = {}
      const start = performance.now()
      let firstTokenMs: number | undefined
      const request = {
        text: question,
        ...(options.passages ? { k: options.passages } : {}),
        ...(options.in ? { collection: options.in } : {}),
        ...(options.where ? { metadata: options.where } : {}),
        ...(options.json ? {} : { snippets: { ...marks(), words: snippetWords } }),
        ...(options.answer ? { answerTokens: config['rag.maxAnswerTokens'] } : {}),
      }
      try {
        const result = await target.query(request, (event) => {
          if (event.type === 'stage') stages[event.stage] = (stages[event.stage] ?? 0) + event.ms
          else {
            firstTokenMs ??= performance.now() - start
            if (!options.json) process.stdout.write(event.text)
          }
        })
        const totalMs = performance.now() - start
        if (options.json)
          return console.log(JSON.stringify({ ...result, stagesMs: stages, firstTokenMs, totalMs, openMs }))
        if (options.answer) console.log('\n')
        console.log(sources(result.passages))
        for (const warning of result.warnings ?? []) console.error(`! ${warning}`)
        console.log(
          timings({
            open: openMs,
            ...stages,
            ...(firstTokenMs ? { 'first token': firstTokenMs } : {}),
            total: totalMs,
          }),
        )
      } finally {
        await target.close()
      }
    })

/** Documents once each, in the order they were found. */
function sources(passages: readonly Passage[]): string {
  if (passages.length === 0) return 'Nothing in the index speaks of this.'
  const first = passages.filter((passage, i) => passages.findIndex((other) => other.docId === passage.docId) === i)
  const lines = first.flatMap(({ docId, title, snippet }, i) => [
    `  ${i + 1}. ${docId}${title ? `  ${title}` : ''}`,
    ...(snippet ? [`     ${snippet.replace(/\s+/g, ' ')}`] : []),
  ])
  return ['Sources', ...lines].join('\n')
}

const timings = (stages: Record<string, number>): string =>
  Object.entries(stages)
    .map(([stage, ms]) => `${stage} ${ms >= 1000 ? `${(ms / 1000).toFixed(2)} s` : `${ms.toFixed(1)} ms`}`)
    .join(' · ')
