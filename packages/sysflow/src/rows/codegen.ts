import { CONTAINER, FILE, HEADER, POD, PROCESS } from "../schema/names.ts";
import { type AvroRecord, type AvroType, schemaError } from "../schema/parse.ts";
import * as L from "./layout.ts";
import { LAYOUT_FIELDS, type LayoutField, type Target } from "./layout-fields.ts";

/**
 * Writes the source of a decoder for one writer's schema. The code refers to `state` (a DecoderState), `bytes`, `view`,
 * `words`, to the functions of varint.ts, and to `types`, the list of types that are not decoded field by field.
 *
 * Safety without looking at the end at every byte: a number takes ten bytes at most, and the bytes go on behind the end
 * for longer than {@link CHECK_EVERY} of them take. So the end is looked at after so many numbers, before and after all that
 * has a length of its own, and after the record.
 */
export interface DecoderSource {
  readonly source: string;
  readonly types: readonly AvroType[];
}

/** How many numbers are read between two looks at the end. */
const CHECK_EVERY = 32;
/** Bytes that must be there behind the end of what is decoded. */
export const SLACK = 1024;

/** The source for a top-level record and the record type (or -1 for none of ours) of each branch of its field `rec`. */
export function decoderSource(top: AvroRecord, recordTypes: readonly number[]): DecoderSource {
  const types: AvroType[] = [];
  const branches = branchesOf(top);
  const functions = branches.map((branch, i) => branchFunction(branch, recordTypes[i] as number, i, types));
  const rec = top.fields.findIndex((field) => field.name === "rec");
  const skipped = (from: number, to: number): string =>
    top.fields
      .slice(from, to)
      .map(
        (field) =>
          `q = state.skip(types[${types.push(field.type) - 1}], q); if (q < 0) break; if (q > end) { state.fail("the block ends within a record"); break; }`,
      )
      .join("\n");
  const isUnion = top.fields[rec]?.type.kind === "union";
  const calls = branches
    .map((_, i) => {
      const passed = recordTypes[i] === -1 ? `known = false; state.pass(${i}); ` : "";
      return `case ${i}: ${passed}q = branch${i}(state, bytes, view, words, row << ${L.STRIDE_SHIFT}, q, end); break;`;
    })
    .join("\n");
  const source = `
    ${functions.join("\n")}
    return function decode(state, bytes, view, words, row, last, p, limit) {
      const end = state.end, first = row;
      let left = state.left;
      while (left > 0 && row < last) {
        if (p >= end) { state.fail("the block ends before its last record"); break; }
        let q = p, branch = 0, known = true;
        ${skipped(0, rec)}
        ${isUnion ? `branch = bytes[q++]; if (branch > 127 || (branch & 1)) { q = state.readBranch(q - 1, ${branches.length}); branch = state.length; } else branch >>= 1;` : ""}
        if (q >= 0) switch (branch) {
          ${calls}
          default: q = state.fail("branch " + branch + " of a union that has ${branches.length}");
        }
        if (q < 0) break;
        ${skipped(rec + 1, top.fields.length)}
        if (q > end) { state.fail("the block ends within a record"); break; }
        if (q > limit && row > first) break;
        p = q; left--;
        if (known) row++;
      }
      state.row = row; state.left = left;
      return p;
    };`;
  return { source, types };
}

/** The types of the records that the field `rec` may hold. */
export function branchesOf(top: AvroRecord): readonly AvroType[] {
  const rec = top.fields.find((field) => field.name === "rec");
  if (!rec) throw schemaError(`"${top.name}" has no field "rec"`);
  return rec.type.kind === "union" ? rec.type.types : [rec.type];
}

function branchFunction(branch: AvroType, recordType: number, index: number, types: AvroType[]): string {
  const body = new Body(types);
  if (recordType === -1) body.skip(branch);
  else if (recordType === POD) body.value(branch, L.POD_INDEX);
  else body.record(branch as AvroRecord, recordType);
  const entity = ENTITIES.includes(recordType);
  return `function branch${index}(state, bytes, view, words, base, p, end) {
    let b = 0, n = 0;
    ${entity ? `words[base + ${L.RAW}] = p;` : ""}
    ${recordType === -1 ? "" : `words[base] = ${recordType};`}
    ${body.lines.join("\n    ")}
    ${entity ? `words[base + ${L.RAW + 1}] = p - words[base + ${L.RAW}];` : ""}
    return p;
  }`;
}

/** Of these, the place of the whole record is noted. */
const ENTITIES: readonly number[] = [HEADER, CONTAINER, PROCESS, FILE, POD];

/** Reads the number of a branch or symbol into `n`: mostly one byte. */
function readBranch(count: number): string {
  const most = Math.min(count, 64) * 2;
  return `n = bytes[p]; if (n < ${most} && !(n & 1)) { p++; n >>= 1; } else { p = state.readBranch(p, ${count}); if (p < 0) return p; n = state.length; }`;
}

class Body {
  readonly lines: string[] = [];
  readonly types: AvroType[];
  #numbers = 0;

  constructor(types: AvroType[]) {
    this.types = types;
  }

  record(record: AvroRecord, recordType: number): void {
    const fields = LAYOUT_FIELDS[recordType] as Readonly<Record<string, LayoutField>>;
    const written = new Set(record.fields.map((field) => field.name));
    const missing = Object.keys(fields).filter((name) => !written.has(name) && !fields[name]?.optional);
    if (missing.length > 0) throw schemaError(`the record "${record.name}" has no field ${missing.map((name) => `"${name}"`).join(", ")}`);
    for (const [name, field] of Object.entries(fields)) if (!written.has(name)) this.#absent(field.target);
    for (const field of record.fields) {
      const target = Object.hasOwn(fields, field.name) ? fields[field.name]?.target : undefined;
      if (target) this.#put(field.type, target, `${record.name}.${field.name}`);
      else this.skip(field.type);
    }
  }

  skip(type: AvroType): void {
    this.lines.push(`p = state.skip(types[${this.types.push(type) - 1}], p); if (p < 0) return p;`);
    this.#check();
  }

  value(type: AvroType, at: number): void {
    this.lines.push(
      `const part = state.read(types[${this.types.push(type) - 1}], p); p = part.at; if (p < 0) return p;`,
      `words[base + ${at}] = state.values.push(part.value) - 1;`,
    );
  }

  #put(type: AvroType, target: Target, where: string): void {
    if (type.kind === "union") {
      this.#union(type.types, target, where);
      return;
    }
    const wrong = (): Error => schemaError(`"${where}" is of type ${type.kind}, which does not fit`);
    switch (target.into) {
      case "long":
      case "wide":
        if (type.kind !== "long" && type.kind !== "int") throw wrong();
        this.#number(target.into, target.at);
        break;
      case "int":
        if (type.kind !== "int" && type.kind !== "long") throw wrong();
        this.#number("int", target.at);
        break;
      case "boolean":
        if (type.kind !== "boolean") throw wrong();
        this.lines.push(`words[base + ${target.at}] = bytes[p++] === 0 ? 0 : 1;`);
        break;
      case "text":
        if (type.kind !== "string" && type.kind !== "bytes") throw wrong();
        this.#text(target.at);
        break;
      case "enum":
        if (type.kind !== "enum") throw wrong();
        this.#enum(type.symbols, target);
        break;
      case "oid":
        if (type.kind !== "record") throw wrong();
        this.#oid(type, target.at, where);
        if (target.present !== undefined) this.lines.push(`words[base + ${target.present}] = 1;`);
        break;
      case "foid":
        if (type.kind !== "fixed" || type.size !== 20) throw wrong();
        this.#check();
        for (let i = 0; i < 5; i++) this.lines.push(`words[base + ${target.at + i}] = view.getInt32(p + ${i * 4}, true);`);
        this.lines.push("p += 20;");
        if (target.present !== undefined) this.lines.push(`words[base + ${target.present}] = 1;`);
        break;
      case "strings":
        if (type.kind !== "array" || type.items.kind !== "string") throw wrong();
        this.lines.push(`words[base + ${target.at}] = p;`, "if (bytes[p] === 0) p++; else { p = state.skipStrings(p); if (p < 0) return p; }");
        this.#check();
        break;
      case "value":
        this.value(type, target.at);
    }
  }

  #union(types: readonly AvroType[], target: Target, where: string): void {
    if (types.length === 0) throw schemaError(`"${where}" is a union of nothing`);
    this.lines.push(readBranch(types.length), "switch (n) {");
    types.forEach((type, i) => {
      this.lines.push(`case ${i}: {`);
      this.#numbers = 0;
      if (type.kind === "null") this.#absent(target);
      else this.#put(type, target, where);
      this.lines.push("break; }");
    });
    this.lines.push("}");
    this.#check();
  }

  #absent(target: Target): void {
    const zero = (at: number, value = 0): void => void this.lines.push(`words[base + ${at}] = ${value};`);
    switch (target.into) {
      case "long":
      case "wide":
        zero(target.at, target.absent);
        zero(target.at + 1);
        break;
      case "text":
        zero(target.at);
        zero(target.at + 1, -1);
        break;
      case "strings":
        zero(target.at, -1);
        break;
      case "oid":
      case "foid":
        for (let i = 0; i < (target.into === "oid" ? 4 : 5); i++) zero(target.at + i);
        if (target.present !== undefined) zero(target.present);
        break;
      default:
        zero(target.at);
    }
  }

  #number(into: "long" | "wide" | "int", at: number): void {
    const word = `words[base + ${at}]`;
    if (into === "wide") {
      this.lines.push(`p = readWide(bytes, view, p, words, base + ${at}); if (p < 0) return state.fail("a number has more than ten bytes");`);
    } else {
      const high = into === "long" ? ` words[base + ${at + 1}] = b >> 31;` : "";
      this.lines.push(
        `b = bytes[p]; if (b < 128) { p++; b = (b >>> 1) ^ -(b & 1); ${word} = b;${high} }`,
        `else { p = ${into === "long" ? "readLong" : "readInt"}(bytes, p, words, base + ${at}); if (p < 0) return state.fail("a number has more than ten bytes"); }`,
      );
    }
    this.#numbers++;
    if (this.#numbers >= CHECK_EVERY) this.#check();
  }

  #text(at: number): void {
    this.lines.push(
      "n = bytes[p++]; if (n > 127 || (n & 1)) { p = state.readLength(p - 1); if (p < 0) return p; n = state.length; } else n >>= 1;",
      `words[base + ${at}] = p; words[base + ${at + 1}] = n; p += n;`,
    );
    this.#check();
  }

  #enum(symbols: readonly string[], target: Target & { into: "enum" }): void {
    this.lines.push(readBranch(symbols.length));
    const numbers = symbols.map((symbol) => (target.names.includes(symbol) ? target.names.indexOf(symbol) : target.fallback));
    const same = numbers.every((number, i) => number === i);
    this.lines.push(`words[base + ${target.at}] = ${same ? "n" : `[${numbers.join(", ")}][n]`};`);
  }

  #oid(type: AvroRecord, at: number, where: string): void {
    const fields = new Map(type.fields.map((field) => [field.name, field.type.kind]));
    for (const name of ["createTS", "hpid"]) {
      if (fields.get(name) !== "long" && fields.get(name) !== "int") throw schemaError(`"${where}.${name}" is no long`);
    }
    for (const field of type.fields) {
      if (field.name === "createTS") this.#number("wide", at);
      else if (field.name === "hpid") this.#number("long", at + 2);
      else this.skip(field.type);
    }
  }

  #check(): void {
    this.lines.push('if (p > end) return state.fail("the block ends within a record");');
    this.#numbers = 0;
  }
}
