// The frame of an Avro object container file, for the benchmark: its head, and its blocks as they lie in the file.

/** Takes a file apart: `{ head, blocks: [{ records, data, whole }] }`. Trusts the file. */
export function takeApart(bytes) {
  let at = 4;
  const number = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
  };
  for (let count = number(); count !== 0; count = number()) {
    for (let i = 0; i < count * 2; i++) {
      const length = number();
      at += length;
    }
  }
  at += 16;
  const head = bytes.subarray(0, at);
  const blocks = [];
  while (at < bytes.length) {
    const begin = at;
    const records = number();
    const size = number();
    blocks.push({ records, data: bytes.subarray(at, at + size), whole: bytes.subarray(begin, at + size + 16) });
    at += size + 16;
  }
  return { head, blocks };
}
