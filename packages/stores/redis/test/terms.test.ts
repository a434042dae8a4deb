import { countsOf, termsOf } from '@tenfold/store-kit'
import { expect, it } from 'vitest'
import { faultOf, mayPass } from '../src/faults.ts'

it('words are letters, marks and digits; English ones are stemmed, others stay', () => {
  expect(termsOf('Streaming, streams & STREAMED!')).toEqual(['stream', 'stream', 'stream'])
  expect(termsOf('Türen gpt-4 naïve ﬁles')).toEqual(['türen', 'gpt', '4', 'naïve', 'file'])
  expect(termsOf('… 🐈 \0')).toEqual([])
  expect(countsOf('a cat, two cats')).toEqual({ words: ['a', 'cat', 'two'], counts: [1, 2, 1], length: 4 })
})

it('tells what passes from what does not', () => {
  const passing = ['LOADING Redis is loading the dataset in memory', 'BUSY Redis is busy running a script']
  for (const text of passing) expect(mayPass(new Error(text))).toBe(true)
  for (const text of ['WRONGPASS invalid username-password pair', 'OOM command not allowed', 'ERR syntax error'])
    expect(mayPass(new Error(text))).toBe(false)
  expect(faultOf('redis://h', new Error("OOM command not allowed when used memory > 'maxmemory'."))).toMatchObject({
    code: 'STORE_FULL',
  })
  const mistake = new Error('ERR syntax error')
  expect(faultOf('redis://h', mistake)).toBe(mistake)
})
