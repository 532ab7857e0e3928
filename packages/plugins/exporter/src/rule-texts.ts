import type { EventRows, EventVerdict } from "@millrace/sysflow";
import type { JsonWriter } from "./bytes/json-writer.ts";
import { type Literal, literal } from "./bytes/literal.ts";

const TAGS: Literal = /* @__PURE__ */ literal(',"tags":[');
const COMMA = 0x2c;
const CLOSE = 0x5d;
const NOTHING: Uint8Array = new Uint8Array(0);

/** What formats write of a verdict, once for each verdict: it is the same object for all events of which rules say the same. */
export class VerdictTexts {
  readonly #write: (verdict: EventVerdict) => void;
  readonly #out: JsonWriter;
  readonly #texts: WeakMap<EventVerdict, Uint8Array> = new WeakMap();
  #last: EventVerdict | undefined;
  #lastText: Uint8Array = NOTHING;

  constructor(out: JsonWriter, write: (verdict: EventVerdict) => void) {
    this.#out = out;
    this.#write = write;
  }

  /** Writes it. */
  put(verdict: EventVerdict): void {
    if (verdict.rules.length === 0) return;
    if (verdict !== this.#last) {
      this.#lastText = this.#text(verdict);
      this.#last = verdict;
    }
    this.#out.putBytes(this.#lastText);
  }

  #text(verdict: EventVerdict): Uint8Array {
    const known = this.#texts.get(verdict);
    if (known !== undefined) return known;
    const out = this.#out;
    const before = out.length;
    this.#write(verdict);
    // The page may have moved to other memory meanwhile: only its length stays true.
    const from = out.at - (out.length - before);
    const text = out.bytes.slice(from, out.at);
    out.at = from;
    this.#texts.set(verdict, text);
    return text;
  }
}

/** Writes the tags of events, if they have any: those that actions have added, then those of each rule. */
export class Tags {
  readonly #out: JsonWriter;
  readonly #ofRules: VerdictTexts;

  constructor(out: JsonWriter) {
    this.#out = out;
    this.#ofRules = new VerdictTexts(out, ({ rules }) => writeList(out, tagsOf(rules)));
  }

  put(batch: EventRows, event: number, verdict: EventVerdict): void {
    const added = batch.contextTags?.[event];
    if (added === undefined) this.#ofRules.put(verdict);
    else writeList(this.#out, [...added, ...tagsOf(verdict.rules)]);
  }
}

function tagsOf(rules: EventVerdict["rules"]): readonly string[] {
  return rules.flatMap(({ tags }) => tags);
}

function writeList(out: JsonWriter, tags: readonly string[]): void {
  if (tags.length === 0) return;
  out.need(0);
  out.put(TAGS);
  tags.forEach((tag, index) => {
    if (index > 0) out.bytes[out.at++] = COMMA;
    out.string(tag);
  });
  out.bytes[out.at++] = CLOSE;
}
