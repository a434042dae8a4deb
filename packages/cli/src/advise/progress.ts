/** Shorter waits need no word. */
const silentMs = 2000

const words: Record<string, string> = {
  copy: 'copying the database',
  candidates: 'building candidates on the copy',
  trials: 'trying candidates',
  drops: 'trying without indexes',
  proof: 'proving all changes together',
}

/** Says what is done now, and from the speed of the step how long it may take. */
export function progressOf(say: (line: string) => void, now = () => performance.now()) {
  const start = now()
  let current = ''
  let began = start
  return (step: string, done: number, of: number): void => {
    if (step !== current) {
      current = step
      began = now()
    }
    if (now() - start < silentMs) return
    const left = Math.ceil(((now() - began) / Math.max(1, done) / 1000) * (of - done))
    say(of > 1 ? `${words[step]}: ${done} of ${of}, at most ${left} s left` : `${words[step]} …`)
  }
}
