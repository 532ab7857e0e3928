/**
 * How a decoded record lies in memory: a row of {@link STRIDE} 32-bit words. A 64-bit value takes two words, low half
 * first; a string takes two, its offset in the batch's bytes and its length in bytes (-1: there is none). The constants
 * give the offset of a field in its row; which fields a row has is decided by its type, word 0.
 */

/** Words a row. */
export const STRIDE = 32;
/** `row << STRIDE_SHIFT` is where a row begins. */
export const STRIDE_SHIFT = 5;
/** Changes when the layout does: batches of another layout are read through the API instead. */
export const LAYOUT = 2;

export const TYPE = 0;

// All that belong to a process (PE NF FF FE NE PF), and the process itself.
export const OID = 1;
export const TS = 5;
export const TID = 7;
export const OP_FLAGS = 9;
export const END_TS = 10;

// PE, FE, NE
export const RET = 12;
// NF, FF
export const FD = 13;
export const READ_OPS = 14;
export const WRITE_OPS = 16;
export const READ_BYTES = 18;
export const WRITE_BYTES = 20;
// FF, FE, F: five words, little-endian
export const FOID = 22;
// FF
export const OPEN_FLAGS = 27;
// FE: whether there is a new file, and its identity
export const HAS_NEW_FOID = 14;
export const NEW_FOID = 27;
// NF, NE
export const SIP = 22;
export const SPORT = 23;
export const DIP = 24;
export const DPORT = 25;
export const PROTO = 26;
// PE: offset of an Avro array of strings, -1 for none
export const ARGS = 14;
// PF
export const THREADS_CLONED = 14;
export const THREADS_EXITED = 16;
export const CLONE_ERRORS = 18;

// P (identity and time as above)
export const POID = 7;
export const HAS_POID = 11;
export const STATE = 12;
export const UID = 13;
export const GID = 14;
export const TTY = 15;
export const ENTRY = 16;
export const EXE = 17;
export const EXE_ARGS = 19;
export const USER = 21;
export const GROUP = 23;
export const PROCESS_CONTAINER = 25;
export const CWD = 27;
export const ENV = 29;

// H, C, P, F, PD: offset and length of the record's bytes as they were written, behind the number of its branch. Length 0: not known.
export const RAW = 30;

// F (time, state and identity as above)
export const RESTYPE = 13;
export const PATH = 14;
export const FILE_CONTAINER = 16;

// C
export const CONTAINER_ID = 1;
export const CONTAINER_NAME = 3;
export const IMAGE = 5;
export const IMAGE_ID = 7;
export const POD_ID = 9;
export const CONTAINER_TYPE = 11;
export const PRIVILEGED = 12;

// H
export const VERSION = 1;
export const EXPORTER = 3;
export const HEADER_IP = 5;
export const FILENAME = 7;

// PD: index into the pods of the batch
export const POD_INDEX = 1;

// KE (time as above)
export const K8S_KIND = 12;
export const K8S_ACTION = 13;
export const MESSAGE = 14;
