import { TextCache } from "../rows/bytes.ts";
import * as L from "../rows/layout.ts";
import type { RowSource } from "../rows/to-records.ts";
import { CREATED, MODIFIED } from "../schema/names.ts";
import { HousedTable } from "./housed-table.ts";
import { ProcessEntry } from "./process-entry.ts";
import { NO_CONTAINER, NO_POD, NO_PROCESS, Surroundings } from "./surroundings.ts";
import { VersionCache } from "./version-cache.ts";
import { ContainerVersion, FileVersion, HeaderVersion, PodVersion, ProcessVersion } from "./versions.ts";
import { WordTable } from "./word-table.ts";

/** How many entities tables may hold. Whoever was not used for the longest time goes first. */
export interface TableLimits {
  /** Default 131072. */
  readonly processes?: number;
  /** Default 524288. */
  readonly files?: number;
  /** Containers, and pods: each so many. Default 16384. */
  readonly containers?: number;
}

/** The most ancestors that are followed: real chains are far shorter, and a hostile trace must not make us walk for ever. */
const MAX_ANCESTORS = 1024;

/** How many surroundings a version of a process remembers. */
const MOST_AROUNDS = 8;

const OID_WORDS = 4;
const FOID_WORDS = 5;

/** The entities of one stream of records: what is known of processes, files, containers and pods. A header empties them. */
export class EntityTables {
  header: HeaderVersion | undefined;
  /** How many entities had to go since the beginning, because the tables were full. */
  evictions = 0;
  readonly #processes: WordTable<ProcessEntry>;
  readonly #files: WordTable<FileVersion>;
  readonly #fileTouched: number[] = [];
  readonly #containers = new HousedTable<ContainerVersion>();
  readonly #pods = new HousedTable<PodVersion>();
  readonly #limits: Required<TableLimits>;
  readonly #key = new Int32Array(OID_WORDS);
  readonly #texts = new TextCache();
  /** What was told before in the same bytes. */
  readonly #told = {
    headers: new VersionCache<HeaderVersion>(16, 65_536, true),
    containers: new VersionCache<ContainerVersion>(1024, 262_144, true),
    pods: new VersionCache<PodVersion>(256, 1_048_576, true),
    processes: new VersionCache<ProcessVersion>(4096, 1_048_576, false),
    files: new VersionCache<FileVersion>(8192, 1_048_576, false),
  };
  #unknown!: Surroundings;
  #headerOnly!: Surroundings;
  /** Changes with every change that surroundings could show. */
  #state = 0;
  /** How many processes were added, and how many containers and pods changed, ever. */
  #added = 0;
  #housed = 0;
  #batch = 0;
  /** The entry of the process that was last looked up. */
  #last = -1;

  /** @param random - a number from 0 up to, not including, 1 */
  constructor(limits: TableLimits = {}, random: () => number = Math.random) {
    this.#limits = { processes: limits.processes ?? 131_072, files: limits.files ?? 524_288, containers: limits.containers ?? 16_384 };
    this.#processes = new WordTable(OID_WORDS, random() * 0x100000000);
    this.#files = new WordTable(FOID_WORDS, random() * 0x100000000);
    this.#clear(undefined);
  }

  /** How many entities there are. */
  get size(): number {
    return this.#processes.size + this.#files.size + this.#containers.size + this.#pods.size;
  }

  /** Takes a header: everything before it is forgotten. */
  storeHeader(rows: RowSource, base: number): HeaderVersion {
    const header = this.#told.headers.find(rows, base) ?? kept(this.#told.headers, new HeaderVersion(rows, base));
    this.#clear(header);
    return header;
  }

  storeContainer(rows: RowSource, base: number): ContainerVersion {
    const container = this.#told.containers.find(rows, base) ?? kept(this.#told.containers, new ContainerVersion(rows, base, this.#texts));
    this.#containers.put(container.id, container, this.#batch);
    this.#houseChanged();
    return container;
  }

  storePod(rows: RowSource, base: number): PodVersion {
    const pod = this.#told.pods.find(rows, base) ?? kept(this.#told.pods, new PodVersion(rows, base));
    this.#pods.put(pod.id, pod, this.#batch);
    this.#houseChanged();
    return pod;
  }

  storeProcess(rows: RowSource, base: number): ProcessVersion {
    const { words } = rows;
    const version = this.#told.processes.find(rows, base) ?? kept(this.#told.processes, new ProcessVersion(rows, base, this.#texts));
    const found = this.#processes.find(words, base + L.OID);
    const entry = found >= 0 ? (this.#processes.values[found] as ProcessEntry) : new ProcessEntry();
    if (version.stateCode === MODIFIED) entry.modified = version;
    else if (version.stateCode === CREATED) entry.created = version;
    else entry.reup = version;
    entry.current = entry.modified ?? entry.created ?? entry.reup;
    if (found < 0) this.#added++;
    this.#state++;
    const number = found >= 0 ? found : this.#processes.add(words, base + L.OID, entry);
    // An ancestor is never older than its descendants: it goes after them.
    this.#check(entry);
    this.#touchChain(number, entry);
    return version;
  }

  storeFile(rows: RowSource, base: number): FileVersion {
    const version = this.#told.files.find(rows, base) ?? kept(this.#told.files, new FileVersion(rows, base, this.#texts));
    const found = this.#files.find(rows.words, base + L.FOID);
    if (found >= 0) {
      this.#files.values[found] = version;
      this.#touchFile(found);
    } else {
      this.#fileTouched[this.#files.add(rows.words, base + L.FOID, version)] = this.#batch;
    }
    return version;
  }

  /** What is known around a record whose process identity stands at `words[at]`. */
  around(words: Int32Array, at: number): Surroundings {
    // Records of a process mostly come several in a row.
    const found = this.#processes.matches(this.#last, words, at) ? this.#last : this.#processes.find(words, at);
    if (found < 0) return this.#unknown;
    this.#last = found;
    const entry = this.#processes.values[found] as ProcessEntry;
    if (entry.checked !== this.#state) this.#check(entry);
    if (entry.touched !== this.#batch) this.#touchChain(found, entry);
    return entry.around as Surroundings;
  }

  /** What is known around a record that belongs to no process. */
  get aroundNone(): Surroundings {
    return this.#headerOnly;
  }

  /** The file whose identity stands at `words[at]`. */
  file(words: Int32Array, at: number): FileVersion | undefined {
    const found = this.#files.find(words, at);
    if (found < 0) return undefined;
    if (this.#fileTouched[found] !== this.#batch) this.#touchFile(found);
    return this.#files.values[found];
  }

  container(id: string): ContainerVersion | undefined {
    return this.#containers.find(id);
  }

  pod(id: string): PodVersion | undefined {
    return this.#pods.find(id);
  }

  /** Ends a batch: who has to go because there are too many, goes. */
  endBatch(): void {
    this.#batch++;
    const before = this.evictions;
    for (; this.#processes.size > this.#limits.processes; this.evictions++) this.#processes.remove(this.#processes.oldest);
    for (; this.#files.size > this.#limits.files; this.evictions++) this.#files.remove(this.#files.oldest);
    this.evictions += this.#containers.shrink(this.#limits.containers) + this.#pods.shrink(this.#limits.containers);
    if (this.evictions > before) this.#houseChanged();
  }

  /** Brings what is known around a process up to date; it stays the same object where nothing has changed. */
  #check(entry: ProcessEntry): void {
    entry.checked = this.#state;
    const process = entry.current as ProcessVersion;
    const old = entry.around;
    let ancestors: readonly ProcessVersion[] | undefined = old && this.#sameChain(entry, old) ? old.ancestors : undefined;
    if (ancestors && entry.housed === this.#housed) return;
    entry.housed = this.#housed;
    ancestors ??= this.#follow(entry, process);
    let missing = 0;
    const container = process.containerId === undefined || process.containerId === "" ? undefined : this.container(process.containerId);
    if (!container && process.containerId) missing |= NO_CONTAINER;
    const pod = container?.podId ? this.pod(container.podId) : undefined;
    if (!pod && container?.podId) missing |= NO_POD;
    if (old?.ancestors === ancestors && old.container === container && old.pod === pod && old.missing === missing) return;
    entry.around = this.#surroundings(process, ancestors, container, pod, missing);
  }

  /** What was around a process before, if it is the same again: so that what was worked out from it need not be again. */
  #surroundings(
    process: ProcessVersion,
    ancestors: readonly ProcessVersion[],
    container: ContainerVersion | undefined,
    pod: PodVersion | undefined,
    missing: number,
  ): Surroundings {
    const { arounds } = process;
    for (const known of arounds) {
      if (
        known.header === this.header &&
        known.container === container &&
        known.pod === pod &&
        known.missing === missing &&
        sameList(known.ancestors, ancestors)
      )
        return known;
    }
    const around = new Surroundings(this.header, process, ancestors, container, pod, missing);
    if (arounds.length < MOST_AROUNDS) arounds.push(around);
    else arounds[this.#state % MOST_AROUNDS] = around;
    return around;
  }

  /** Whether the process and its ancestors are still the versions that its surroundings show. Looks nothing up. */
  #sameChain(entry: ProcessEntry, around: Surroundings): boolean {
    if (around.process !== entry.current || (entry.open && entry.added !== this.#added)) return false;
    const { chain } = entry;
    for (let i = 0; i < chain.length; i++) {
      if (this.#processes.values[chain[i] as number]?.current !== around.ancestors[i + 1]) return false;
    }
    return true;
  }

  /** Finds the ancestors of a process anew, and notes their entries. */
  #follow(entry: ProcessEntry, process: ProcessVersion): readonly ProcessVersion[] {
    const ancestors = [process];
    const chain: number[] = [];
    const key = this.#key;
    entry.open = false;
    for (let child = process; child.hasParent && ancestors.length < MAX_ANCESTORS; ) {
      key[0] = child.parentCreateTsLo;
      key[1] = child.parentCreateTsHi;
      key[2] = child.parentHpidLo;
      key[3] = child.parentHpidHi;
      const found = this.#processes.find(key, 0);
      if (found < 0) {
        entry.open = true;
        break;
      }
      const parent = (this.#processes.values[found] as ProcessEntry).current as ProcessVersion;
      if (ancestors.includes(parent)) break;
      ancestors.push(parent);
      chain.push(found);
      child = parent;
    }
    entry.chain = chain;
    entry.added = this.#added;
    return ancestors;
  }

  #touchChain(found: number, entry: ProcessEntry): void {
    this.#touchProcess(found, entry);
    for (const ancestor of entry.chain) this.#touchProcess(ancestor, this.#processes.values[ancestor] as ProcessEntry);
    const { container } = entry.around as Surroundings;
    if (!container) return;
    this.#containers.touch(container.id, this.#batch);
    if (container.podId) this.#pods.touch(container.podId, this.#batch);
  }

  #touchProcess(found: number, entry: ProcessEntry): void {
    entry.touched = this.#batch;
    this.#processes.touch(found);
  }

  #touchFile(found: number): void {
    this.#fileTouched[found] = this.#batch;
    this.#files.touch(found);
  }

  #clear(header: HeaderVersion | undefined): void {
    this.header = header;
    this.#processes.clear();
    this.#last = -1;
    this.#files.clear();
    this.#fileTouched.length = 0;
    this.#containers.clear();
    this.#pods.clear();
    this.#unknown = new Surroundings(header, undefined, [], undefined, undefined, NO_PROCESS);
    this.#headerOnly = new Surroundings(header, undefined, [], undefined, undefined, 0);
    this.#state++;
  }

  /** What stands in the tables of containers and pods is no longer what it was. */
  #houseChanged(): void {
    this.#state++;
    this.#housed++;
  }
}

function kept<T extends object>(cache: VersionCache<T>, version: T): T {
  cache.keep(version);
  return version;
}

function sameList<T>(left: readonly T[], right: readonly T[]): boolean {
  if (left.length !== right.length) return false;
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}
