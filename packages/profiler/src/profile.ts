import path from 'node:path'
import { replaceFile, workspaceRoot } from '@tenfold/handoff-store'
import type { Facts, Inspection } from '@tenfold/phase-kit'
import { analysis } from './analysis.ts'
import { rankBottlenecks } from './bottlenecks.ts'
import { topFunctions } from './functions.ts'
import { heapByFunction } from './heap.ts'
import { recordCpu, recordHeap } from './recorder.ts'
import { measureStages, shares } from './stages.ts'

const questions = 60
const answers = 2
const answerTokens = 24
const topCount = 50

/** Stage shares of a question and of an answer, CPU and heap profiles, the five largest bottlenecks (S1-10 … S1-21). */
export async function profileSystem({ target, dataset, say }: Inspection): Promise<Facts> {
  const asked = dataset.questions.slice(0, questions)
  say('stages of questions and answers')
  const ask = await measureStages(target, asked)
  const answerable = asked.filter((question) => question.accept.length > 0)
  // the first answer opens the generator: that is cold start, not a stage
  await measureStages(target, answerable.slice(0, 1), 1)
  const answer = await measureStages(target, answerable.slice(1, 1 + answers), answerTokens)
  say('CPU profile')
  const cpu = await recordCpu(() => measureStages(target, asked))
  const functions = topFunctions(cpu, topCount)
  say('heap profile')
  const heap = await recordHeap(() => measureStages(target, asked))
  const owners = (await target.memory?.()) ?? null
  const keys = Object.keys((await target.info()).knobs)
  const bottlenecks = rankBottlenecks(answer, ask, { offered: keys.length > 0 ? keys : undefined })

  const root = workspaceRoot()
  const files = {
    cpu: 'profiles/rag_profile.cpuprofile',
    heap: 'profiles/rag_profile.heapprofile',
    report: 'reports/performance_analysis.md',
  }
  replaceFile(path.join(root, files.cpu), JSON.stringify(cpu))
  replaceFile(path.join(root, files.heap), JSON.stringify(heap))
  replaceFile(
    path.join(root, files.report),
    analysis({ ask, answer, functions, heap: heapByFunction(heap, 10), owners, bottlenecks }),
  )
  return {
    details: {
      stages: { question: shares(ask), answer: shares(answer) },
      bottlenecks,
      topFunctions: functions.slice(0, 10),
      memoryOwners: owners ?? 'not available: the target keeps no memory map',
      files,
    },
    warnings:
      Object.keys(ask.stageMs).length === 0 ? ['the target tells no stages: only the whole could be profiled'] : [],
  }
}
