/** The text of a document and the title it gives itself, if any. Headings are lines starting with `#`. */
export interface Parsed {
  title: string | undefined
  text: string
}
