import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ansiPalette,
  DiagnosticBag as Bag,
  caretLines,
  type DiagnosticBag,
  displayWidth,
  formatDiagnostic,
  formatDiagnostics,
  Source,
  strictly,
  summaryOf,
} from "../src/index.ts";

const pipeline = new Source("pipeline.json", '{\n  "pipeline": [\n\t{ "processor": "exprter",\t"mode": 1 }\n  ]\n}\n');

function bag(): DiagnosticBag {
  const findings = new Bag();
  const at = (text: string) => pipeline.place(pipeline.text.indexOf(text), pipeline.text.indexOf(text) + text.length);
  findings.warning("MILLRACE_B", "mode is not used", { place: at('"mode"') });
  findings.error("MILLRACE_A", 'no processor is called "exprter"', { place: at('"exprter"'), hint: 'did you mean "exporter"?' });
  findings.error("MILLRACE_C", "the pipeline has no source", { cause: new Error("nothing\nat all"), hint: "add a driver\nor a link" });
  return findings;
}

describe("formatDiagnostics", () => {
  it("shows all findings in order, and counts them", () => {
    expect(formatDiagnostics(bag().list())).toMatchInlineSnapshot(`
      "pipeline.json:3:17: error MILLRACE_A: no processor is called "exprter"
          	{ "processor": "exprter",	"mode": 1 }
          	               ^~~~~~~~~
        hint: did you mean "exporter"?
      pipeline.json:3:28: warning MILLRACE_B: mode is not used
          	{ "processor": "exprter",	"mode": 1 }
          	                         	^~~~~~
      error MILLRACE_C: the pipeline has no source
        cause: nothing
               at all
        hint: add a driver
              or a link
      2 errors, 1 warning"
    `);
  });

  it("takes colours from a palette", () => {
    expect(formatDiagnostic(bag().list()[0] as never, { palette: ansiPalette }).replaceAll("\u001b", "ESC")).toMatchInlineSnapshot(`
      "ESC[1mpipeline.json:3:17:ESC[0m ESC[1;31merrorESC[0m ESC[2mMILLRACE_A:ESC[0m no processor is called "exprter"
          	{ "processor": "exprter",	"mode": 1 }
          ESC[32m	               ^~~~~~~~~ESC[0m
        ESC[36mhint:ESC[0m did you mean "exporter"?"
    `);
  });

  it("is empty for no findings", () => {
    expect(formatDiagnostics([])).toBe("");
    expect(summaryOf([])).toBe("no errors");
  });

  it("says a cause only once", () => {
    const cause = new Error("no such file");
    expect(formatDiagnostic({ severity: "error", code: "MILLRACE_X", message: "can't read a.mjs: no such file", cause })).toBe(
      "error MILLRACE_X: can't read a.mjs: no such file",
    );
  });
});

describe("DiagnosticBag", () => {
  it("keeps the same finding at the same place once", () => {
    const findings = bag();
    findings.add(...bag().list());
    expect(findings.size).toBe(3);
  });

  it("sorts by file, line and column, errors first, and what has no place last", () => {
    const findings = new Bag();
    const other = new Source("a.json", "x y\nz");
    findings.error("E1", "no place");
    findings.add(
      ...bag()
        .list()
        .filter(({ code }) => code !== "MILLRACE_C"),
    );
    findings.warning("E2", "warning", { place: other.place(2) });
    findings.error("E3", "error", { place: other.place(2) });
    findings.error("E4", "first", { place: other.place(0) });
    expect(findings.list().map(({ code }) => code)).toEqual(["E4", "E3", "E2", "MILLRACE_A", "MILLRACE_B", "E1"]);
  });

  it("throws one error with all findings, and none for warnings alone", () => {
    expect(() => bag().throwIfErrors("MILLRACE_CONFIG", "bad")).toThrow(expect.objectContaining({ code: "MILLRACE_CONFIG", diagnostics: bag().list() }));
    const warned = new Bag();
    warned.warning("W", "w");
    warned.throwIfErrors("MILLRACE_CONFIG", "bad");
    expect(warned.hasErrors).toBe(false);
    expect(strictly(warned.list())).toEqual([{ severity: "error", code: "W", message: "w" }]);
  });
});

describe("caretLines", () => {
  const under = (line: string, text: string, width?: number) => {
    const start = line.indexOf(text);
    const shown = caretLines(new Source("f", line).place(start, start + text.length), width === undefined ? {} : { width });
    return `\n${shown?.source}\n${shown?.caret}`;
  };

  it("keeps tabs aligned", () => {
    expect(under("\tkey\t= bad", "bad")).toBe("\n\tkey\t= bad\n\t   \t  ^~~");
  });

  it("counts wide characters twice and combining ones not at all", () => {
    expect(under("日本 e\u0301 = 雨天 x", "雨天")).toMatchInlineSnapshot(`
      "
      日本 é = 雨天 x
               ^~~~"
    `);
    expect(displayWidth("日e\u0301x")).toBe(4);
  });

  it("shows control characters as pictures", () => {
    expect(under("a\u001b[31m\u0000\u007f\u202e b", "b")).toMatchInlineSnapshot(`
      "
      a␛[31m␀␡� b
                ^"
    `);
  });

  it("looks at no more of a line with millions of characters than of one with hundreds, and never at half a character", () => {
    const shown = (around: string): unknown => {
      const lineText = `${around}WRONG${around}`;
      return caretLines({ file: "f", line: 1, column: around.length + 1, length: 5, lineText }, { width: 40 });
    };
    for (const character of ["a", "\u{1F40E}", "日"]) {
      expect(shown(character.repeat(3_000_001))).toEqual(shown(character.repeat(300)));
    }
  });

  it("cuts a long line around the column", () => {
    const line = `${"a".repeat(60)}WRONG${"b".repeat(60)}`;
    expect(under(line, "WRONG", 30)).toMatchInlineSnapshot(`
      "
      …aaaaaaaaaWRONGbbbbbbbbbbbbbb…
                ^~~~~"
    `);
    expect(under(`START${"b".repeat(60)}`, "START", 30)).toMatchInlineSnapshot(`
      "
      STARTbbbbbbbbbbbbbbbbbbbbbbb…
      ^~~~~"
    `);
    expect(under(`${"a".repeat(60)}END`, "END", 30)).toMatchInlineSnapshot(`
      "
      …aaaaaaaaaaaaaaaaaaaaaaaaaEND
                                ^~~"
    `);
    expect(under("z".repeat(100), "z".repeat(100), 30)).toMatchInlineSnapshot(`
      "
      zzzzzzzzzzzzzzzzzzzzzzzzzzzz…
      ^~~~~~~~~~~~~~~~~~~~~~~~~~~~"
    `);
  });

  it("stands after the end of a line where nothing is left to point at", () => {
    expect(under("", "")).toBe("\n\n^");
    const source = new Source("f", "ab");
    expect(caretLines(source.place(2))).toEqual({ source: "ab", caret: "  ^" });
  });

  it("gives nothing for a place without its line", () => {
    expect(caretLines({ file: "f", line: 1, column: 1 })).toBeUndefined();
  });

  it("points at the very characters that are meant, whatever the line and the width", () => {
    const lines = fc.array(fc.constantFrom("a", "B", "é", "日", "😀", "e\u0301", "\t", " "), { maxLength: 80 }).map((parts) => parts.join(""));
    fc.assert(
      fc.property(lines, lines, fc.integer({ min: 20, max: 90 }), (before, after, width) => {
        const line = `${before}#${after}`;
        const shown = caretLines(new Source("f", line).place(before.length), { width }) as { source: string; caret: string };
        expect(shown.caret.endsWith("^")).toBe(true);
        const at = shown.source.indexOf("#");
        expect(shown.source.slice(0, at).replace(/[^\t]/g, "")).toBe(shown.caret.replace(/[^\t]/g, ""));
        expect(displayWidth(shown.source.slice(0, at))).toBe(shown.caret.length - 1);
        expect(displayWidth(shown.source)).toBeLessThanOrEqual(width);
        expect(line).toContain(shown.source.replace(/^…|…$/g, ""));
      }),
    );
  });
});
