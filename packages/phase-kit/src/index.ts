export { scratchFolder } from './arms.ts'
export { explain, phaseMain } from './main.ts'
export { formatMetric, formatVerdict, outcomeLines } from './outcome.ts'
export {
  definePhase,
  type Evidence,
  type Facts,
  type Goal,
  type Guard,
  type Inspection,
  type Phase,
  type Trial,
} from './phase.ts'
export { questionsFor } from './questions.ts'
export { openReporter, type Reporter } from './reporter.ts'
export { runPhase } from './run-phase.ts'
export { greedy, isFeasible, scoreOf } from './score.ts'
export { isFinished } from './session.ts'
export { loadSettings, startConfig } from './settings.ts'
export { type Finding, verifyHandoffs } from './verify.ts'
export { differentTexts } from './workloads/embed.ts'
export { first } from './workloads/memory.ts'
export { questionStream } from './workloads/stream.ts'
