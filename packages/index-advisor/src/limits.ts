/** Every bound of the advisor, once. */
export const limits = {
  /** The workload must gain this share, with the interval above 0. */
  minGain: 0.03,
  /** A gain above this needs no second look. */
  plainGain: 0.2,
  /** No statement may become slower by more than this share and this time. */
  slowerShare: 0.1,
  slowerUs: 50,
  /** So many times slower at first sight, and the pairs need not be measured. */
  hopelessRatio: 3,
  /** Pairs of a trial; runs of a statement while candidates are only ranked. */
  pairs: 9,
  rankingRuns: 3,
  /** Executions with different values in one sample of a statement that is not slow. */
  groupedBindings: 8,
  /** Trials one after another that find nothing, before no more are made: what ranks below gains less. */
  trialsInVain: 4,
  /** A sample of a short statement repeats it until it takes about this long. */
  sampleUs: 500,
  /** From here on a statement is slow: run less often, its noise is small beside it. */
  slowUs: 20_000,
  /** Kept for each statement: executions with their values, and durations. */
  bindings: 32,
  /** Of a slow statement so many answers are compared; of others all that are kept. */
  slowBindings: 16,
  timings: 256,
  /** Different statements kept by a capture; the one unused for longest goes. */
  fingerprints: 500,
  /** Equality columns of one candidate. */
  equalityColumns: 3,
  /** Columns a candidate carries only so that the table need not be read. */
  coveringColumns: 3,
  /** A constant condition makes a partial index when this share of the calls has it. */
  partialShare: 0.9,
  /** Candidates of one statement that the planner may prefer one after another, and of all together. */
  candidatesPerStatement: 8,
  candidates: 48,
  /** New indexes: share of the size of the file, and how many times slower an insert may become. */
  sizeShare: 0.5,
  writeRatio: 10,
  /** A scan of fewer rows is no fault. */
  scanRows: 1000,
  budgetMs: 40_000,
  busyMs: 5000,
  /** Executions after a change before it is judged, and the p-value that counts. */
  verifyExecutions: 200,
  verifyP: 0.05,
  /** What made a statement slower is not made again for so long (24 h): the same statements would advise it again. */
  holdDownMs: 86_400_000,
} as const
