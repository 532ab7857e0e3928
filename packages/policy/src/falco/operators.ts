import type { BinaryOperator, ListOperator } from "./syntax.ts";

/** An operator as the language reference shows it. */
export interface OperatorInfo {
  readonly example: string;
  readonly meaning: string;
}

/** What each operator of a Falco condition means. */
export const OPERATORS: Readonly<Record<BinaryOperator | ListOperator | "exists", OperatorInfo>> = {
  "=": { example: "sf.proc.exe = /bin/sh", meaning: "Some piece on the left equals some piece on the right. `==` is the same" },
  "!=": { example: "sf.proc.user != root", meaning: "No piece on the left equals any on the right" },
  "<": { example: "sf.proc.uid < 1000", meaning: "Less than, as whole numbers" },
  "<=": { example: "sf.proc.uid <= 999", meaning: "Less than or equal to, as whole numbers" },
  ">": { example: "sf.flow.wbytes > 1000000", meaning: "Greater than, as whole numbers" },
  ">=": { example: "sf.net.dport >= 1024", meaning: "Greater than or equal to, as whole numbers" },
  contains: { example: "sf.proc.args contains passwd", meaning: "Some piece on the left contains some piece on the right" },
  icontains: { example: "sf.proc.args icontains PassWd", meaning: "The same, in any case" },
  startswith: { example: "sf.file.path startswith /etc/", meaning: "Some piece on the left begins with some piece on the right" },
  endswith: { example: "sf.file.name endswith .so", meaning: "Some piece on the left ends with some piece on the right" },
  in: { example: "sf.proc.name in (bash, sh)", meaning: "Some piece on the left equals some item. An item that is the name of a list stands for its items" },
  pmatch: {
    example: "sf.file.path pmatch (/etc, /root)",
    meaning: "Some piece on the left contains some item. An item that is the name of a list stands for its items",
  },
  exists: { example: "sf.file.path exists", meaning: "The attribute is not empty, not 0, true, or a list with something in it. May stand before or after" },
};
