import { describe, expect, it } from "vitest";
import { detectDialect } from "../src/index.ts";

describe("the dialect of a configuration", () => {
  it.each([
    ["pipeline.json", '{"pipeline": [{"processor": "x"}]}', "sysflow"],
    ["pipeline.json", '{"Pipeline": [], "drivers": [],}', "sysflow"],
    ["flow.yaml", "system: {}\nactors: {a: {module: core.mux}}\npipeline: {}", "flow"],
    ["flow.yml", "components:\n  a: {module: link.mux}\n", "flow"],
    ["x.yaml", "pipeline:\n  a: {connect: b}\n", "flow"],
    ["fluent-bit.conf", "", "fluentbit"],
    ["whatever", "# hello\n\n[INPUT]\n    Name dummy\n", "fluentbit"],
    ["whatever", "@INCLUDE x.conf\n", "fluentbit"],
    ["fluent-bit.yaml", "pipeline:\n  inputs: [{name: dummy}]\n", "fluentbit"],
    ["parsers.yaml", "parsers:\n  - {name: a, format: json}\n", "fluentbit"],
    ["x.yaml", "service: {flush: 1}\n", "fluentbit"],
    ["x.yaml", "service: {grace: 5s}\nnodes: {a: {plugin: mux}}\n", "native"],
    ["millrace.yaml", "", "native"],
    ["/etc/millrace.prod.yml", "servce: {}\n", "native"],
    ["x.yaml", "a: b\n", undefined],
    ["x.txt", "hello", undefined],
    ["x.json", "{", undefined],
  ])("%s: %s", (file, text, dialect) => expect(detectDialect(file, text)).toBe(dialect));
});
