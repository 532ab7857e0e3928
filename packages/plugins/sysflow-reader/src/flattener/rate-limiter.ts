import type { Clock, Counter, PluginContext } from "@millrace/api";
import { type FileVersion, type Surroundings, trimSpace, WordTable, XxHash64 } from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as names from "@millrace/sysflow/names";

/** Numbers that go into the hash, each as eight bytes. */
const MAX_NUMBERS = 8;

/**
 * Lets one event pass of those that say the same within a time: same program and arguments, user, group, operations and
 * terminal; on a network flow same addresses, destination port and protocol; on a file flow or event the same path. The
 * time begins with the first of them. Remembers the 64-bit hash of each, up to a number: then the oldest goes early.
 */
export class RateLimiter {
  readonly #maxAge: number;
  readonly #maxEntries: number;
  readonly #clock: Clock;
  readonly #seen: WordTable<number>;
  readonly #dropped: Counter;
  readonly #early: Counter;
  readonly #hash = new XxHash64();
  readonly #key = new Int32Array(2);
  #bytes: Buffer = Buffer.alloc(4096);
  #length = 0;
  #now = 0;

  /** @param maxAge - in milliseconds */
  constructor(maxAge: number, maxEntries: number, ctx: PluginContext) {
    this.#maxAge = maxAge;
    this.#maxEntries = maxEntries;
    this.#clock = ctx.clock;
    this.#seen = new WordTable(2, ctx.random() * 0x100000000);
    this.#dropped = ctx.metrics.counter("filter_dropped", "Events that were dropped because they say what another one has said");
    this.#early = ctx.metrics.counter("filter_forgotten", "Events that were forgotten early because there are too many different ones");
  }

  /** A batch begins: what is too old is forgotten. */
  begin(): void {
    this.#now = this.#clock.now();
    const seen = this.#seen;
    while (seen.size > 0 && this.#now - (seen.values[seen.oldest] as number) >= this.#maxAge) seen.remove(seen.oldest);
  }

  /** Whether the event passes. */
  takes(words: Int32Array, base: number, around: Surroundings, file: FileVersion | undefined): boolean {
    // What is forgotten at once stands for nothing, not even within a batch.
    if (this.#maxAge === 0) return true;
    this.#fill(words, base, around, file);
    this.#hash.digest(this.#bytes, this.#length);
    this.#key[0] = this.#hash.lo;
    this.#key[1] = this.#hash.hi;
    if (this.#seen.find(this.#key, 0) >= 0) {
      this.#dropped.add(1);
      return false;
    }
    if (this.#seen.size >= this.#maxEntries) {
      this.#seen.remove(this.#seen.oldest);
      this.#early.add(1);
    }
    this.#seen.add(this.#key, 0, this.#now);
    return true;
  }

  #fill(words: Int32Array, base: number, { process }: Surroundings, file: FileVersion | undefined): void {
    const type = words[base] as number;
    this.#length = 0;
    this.#text(process?.exe ?? "");
    this.#text(process?.exeArgs ?? "");
    this.#reserve(MAX_NUMBERS * 8);
    this.#number(process?.uid ?? 0);
    this.#number(process?.gid ?? 0);
    this.#number(words[base + L.OP_FLAGS] as number);
    this.#number(process?.tty ? 1 : 0);
    if (type === names.NETWORK_FLOW) {
      this.#number(words[base + L.SIP] as number);
      this.#number(words[base + L.DIP] as number);
      this.#number(words[base + L.DPORT] as number);
      this.#number(words[base + L.PROTO] as number);
    } else if (type === names.FILE_FLOW || type === names.FILE_EVENT) {
      this.#text(file ? trimSpace(file.path) : "");
    }
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** A 32-bit number, widened with its sign to 64 bits, little-endian. */
  #number(value: number): void {
    this.#bytes.writeInt32LE(value, this.#length);
    this.#bytes.writeInt32LE(value >> 31, this.#length + 4);
    this.#length += 8;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const more = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#length + bytes));
    this.#bytes.copy(more, 0, 0, this.#length);
    this.#bytes = more;
  }
}
