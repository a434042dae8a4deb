const prose =
  'The index keeps one row for each passage and finds the nearest rows by their angle. A passage that says the same in other words lies close; one about another subject lies far away. '

/** Texts that a conversion is judged by: empty, one token, the longest, three scripts, code, digits; long and short side by side. */
export const parityTexts: readonly string[] = [
  '',
  prose.repeat(20),
  'a',
  'vector search',
  'How do I rebuild the index after the configuration has changed?',
  'Wie schnell ist die Suche, wenn der Rechner beschäftigt ist?',
  'Как быстро выполняется поиск, если машина занята?',
  '機械が忙しいとき、検索はどのくらい速いですか。',
  prose,
  'const slab = await encoder.embed(texts, { lane: "query" }) // 2 x 384',
  '42',
  prose.repeat(6),
  'A kitten naps on the couch.',
  'Interest rates rose by 0.25 % in the second quarter, to 4.5 %; bonds fell.',
  '!?… — “quoted” (brackets) [more] #tags @names',
  'Statins lower the risk of a second heart attack; whether they help people who never had one is less certain.',
]
