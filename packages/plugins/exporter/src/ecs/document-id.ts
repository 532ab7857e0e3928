import { type EventRows, type FileVersion, messageAt, type Surroundings, XxHash64, ZERO_FILE } from "@millrace/sysflow";
import * as L from "@millrace/sysflow/layout";
import * as N from "@millrace/sysflow/names";

const LONG_BYTES = 8;

/**
 * Makes ids of ECS documents, for transports that need one for each: a record that is exported again has the same. An id is the
 * xxHash64 (seed 0) of what tells a record, as 16 hexadecimal digits: the exporter's and the container's name; then, as
 * 64-bit little-endian numbers, when it happened, its thread, when its process was created, and its operations; then the
 * identity of the file, or the two ends of the flow, or what happened to an object of Kubernetes.
 */
export class DocumentId {
  readonly #hash = new XxHash64();
  #bytes: Buffer = Buffer.alloc(512);
  #length = 0;

  /** The id of an event of a batch. */
  of(batch: EventRows, event: number): string {
    const { flat } = batch;
    const index = batch.indexes[event] as number;
    const base = flat.bases[index] as number;
    const { words } = flat;
    const type = words[base] as number;
    const { header, container, process } = flat.around[index] as Surroundings;
    this.#length = 0;
    this.#text(header?.exporter ?? "");
    this.#text(container?.id ?? "");
    this.#wide(words, base + L.TS);
    if (type === N.K8S_EVENT) {
      for (let i = 0; i < 3; i++) this.#long(0, 0);
      this.#int(words[base + L.K8S_ACTION] as number);
      this.#int(words[base + L.K8S_KIND] as number);
      this.#text(messageAt({ words, text: flat.text, values: [] }, base));
    } else {
      this.#wide(words, base + L.TID);
      this.#long(process?.createTsLo ?? 0, process?.createTsHi ?? 0);
      this.#int(words[base + L.OP_FLAGS] as number);
      if (type === N.NETWORK_FLOW) for (const field of [L.SIP, L.SPORT, L.DIP, L.DPORT, L.PROTO]) this.#int(words[base + field] as number);
      else if (type !== N.PROCESS_EVENT) this.#text(oidOf(flat.files[index]));
    }
    this.#hash.digest(this.#bytes, this.#length);
    return this.#hash.text;
  }

  #wide(words: Int32Array, at: number): void {
    this.#long(words[at] as number, words[at + 1] as number);
  }

  #int(value: number): void {
    this.#long(value, value >> 31);
  }

  #long(lo: number, hi: number): void {
    this.#need(LONG_BYTES);
    this.#bytes.writeInt32LE(lo, this.#length);
    this.#bytes.writeInt32LE(hi, this.#length + 4);
    this.#length += LONG_BYTES;
  }

  #text(text: string): void {
    this.#need(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  #need(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const more = Buffer.alloc((this.#length + bytes) * 2);
    more.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = more;
  }
}

function oidOf(file: FileVersion | undefined): string {
  return file === undefined || file === ZERO_FILE ? "" : file.oid;
}
