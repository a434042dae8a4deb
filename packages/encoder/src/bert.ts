/** Shape of all-MiniLM-L6-v2 (its config.json); texts were cut at 256 tokens when it was trained. */
export const bert = { layers: 6, hidden: 384, heads: 12, maxTokens: 256, epsilon: 1e-12 } as const
