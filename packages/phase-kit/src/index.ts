export {
  differentTexts,
  type Facts,
  first,
  type Inspection,
  openReporter,
  questionStream,
  questionsFor,
  type Reporter,
  scratchFolder,
} from '@tenfold/harness'
export { indexFolderFor } from './index-folder.ts'
export { explain, phaseMain } from './main.ts'
export { formatMetric, formatVerdict, outcomeLines } from './outcome.ts'
export {
  definePhase,
  type Evidence,
  type Goal,
  type Guard,
  type Phase,
  type Trial,
} from './phase.ts'
export { runPhase } from './run-phase.ts'
export { greedy, isFeasible, scoreOf } from './score.ts'
export { isFinished } from './session.ts'
export { loadSettings, startConfig, targetOf } from './settings.ts'
export { type Finding, verifyHandoffs } from './verify.ts'
