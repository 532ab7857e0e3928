import { once } from "node:events";

/** How much text is gathered before it is written. */
const FULL = 65_536;

/** Standard output for long texts: gathers small pieces, and waits for a slow reader. */
export class StandardOutput {
  #text = "";

  async write(text: string): Promise<void> {
    this.#text += text;
    if (this.#text.length >= FULL) await this.flush();
  }

  async flush(): Promise<void> {
    const text = this.#text;
    this.#text = "";
    if (text !== "" && !process.stdout.write(text)) await once(process.stdout, "drain");
  }
}
