import { parseHtml } from './html.ts'
import type { Parsed } from './parsed.ts'
import { normalizeLines } from './text.ts'

/** Larger ones are skipped: they are unpacked in memory. */
export const maxOfficeBytes = 64 * 1024 * 1024

type Read = (bytes: Uint8Array) => Promise<Parsed>

const readers = new Map<string, Read>([
  ['.pdf', readPdf],
  ['.docx', readDocx],
])

export const officeKinds: readonly string[] = [...readers.keys()]

/** The text of a PDF or Word file. Throws when its library is not installed, or the file is not what it seems. */
export const readOffice = (bytes: Uint8Array, kind: string): Promise<Parsed> => readers.get(kind)!(bytes)

async function readPdf(bytes: Uint8Array): Promise<Parsed> {
  const { extractText, getDocumentProxy, getMeta } = await needed('unpdf@1.6.2', () => import('unpdf'))
  // A copy: the library takes the buffer away. Verbosity 0: what is wrong with a file is our warning, not a console line.
  const pdf = await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 })
  try {
    const { info } = await getMeta(pdf)
    const { text: pages } = await extractText(pdf, { mergePages: false })
    const title: unknown = info.Title
    return {
      title: typeof title === 'string' && title.trim() !== '' ? title.trim() : undefined,
      text: normalizeLines(pages.join('\n\n')),
    }
  } finally {
    await pdf.loadingTask.destroy()
  }
}

async function readDocx(bytes: Uint8Array): Promise<Parsed> {
  const { default: mammoth } = await needed('mammoth@1.13.0', () => import('mammoth'))
  // By way of HTML: headings, lists and tables stay what they are.
  const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) })
  return parseHtml(value)
}

/** An optional library. `name` with the version that runs on Node 20: the newest unpdf wants 22. */
export async function needed<Library>(name: string, load: () => Promise<Library>): Promise<Library> {
  try {
    return await load()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(`it takes a library that is not installed: pnpm add ${name}`, { cause: error })
  }
}
