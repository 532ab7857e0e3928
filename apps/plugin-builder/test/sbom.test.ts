import { describe, expect, it } from "vitest";
import { sbomOf } from "../src/build/sbom.ts";

describe("a bill of materials", () => {
  const subject = {
    name: "@acme/geo",
    version: "1.0.0",
    description: "Where",
    license: "MIT",
    sha256: "ab".repeat(32),
    imports: ["zod@4.6.7", "not-bundled@1.0.0"],
  };
  const part = { name: "zod", version: "4.6.7", license: "MIT", imports: [], integrity: `sha512-${Buffer.from("hash").toString("base64")}` };

  it("is CycloneDX 1.6, without anything that differs from build to build", () => {
    expect(sbomOf(subject, [part], "0.1.0")).toMatchInlineSnapshot(`
      {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "components": [
          {
            "bom-ref": "pkg:npm/zod@4.6.7",
            "hashes": [
              {
                "alg": "SHA-512",
                "content": "68617368",
              },
            ],
            "licenses": [
              {
                "expression": "MIT",
              },
            ],
            "name": "zod",
            "purl": "pkg:npm/zod@4.6.7",
            "type": "library",
            "version": "4.6.7",
          },
        ],
        "dependencies": [
          {
            "dependsOn": [
              "pkg:npm/zod@4.6.7",
            ],
            "ref": "pkg:npm/%40acme/geo@1.0.0",
          },
          {
            "dependsOn": [],
            "ref": "pkg:npm/zod@4.6.7",
          },
        ],
        "metadata": {
          "component": {
            "bom-ref": "pkg:npm/%40acme/geo@1.0.0",
            "description": "Where",
            "group": "@acme",
            "hashes": [
              {
                "alg": "SHA-256",
                "content": "abababababababababababababababababababababababababababababababab",
              },
            ],
            "licenses": [
              {
                "expression": "MIT",
              },
            ],
            "name": "geo",
            "purl": "pkg:npm/%40acme/geo@1.0.0",
            "type": "library",
            "version": "1.0.0",
          },
          "tools": {
            "components": [
              {
                "name": "plugin-builder",
                "type": "application",
                "version": "0.1.0",
              },
            ],
          },
        },
        "specVersion": "1.6",
        "version": 1,
      }
    `);
  });

  it.each([
    ["Apache-2.0", [{ expression: "Apache-2.0" }]],
    ["(MIT OR Apache-2.0)", [{ expression: "(MIT OR Apache-2.0)" }]],
    ["GPL-2.0-only WITH Classpath-exception-2.0", [{ expression: "GPL-2.0-only WITH Classpath-exception-2.0" }]],
    ["SEE LICENSE IN LICENSE.txt", [{ license: { name: "SEE LICENSE IN LICENSE.txt" } }]],
    ["NOASSERTION", undefined],
  ])("says the licence %s as an expression where it is one", (license, licenses) => {
    const { components } = sbomOf(subject, [{ ...part, license }], "0.1.0") as { readonly components: readonly { readonly licenses?: unknown }[] };
    expect(components[0]?.licenses).toEqual(licenses);
  });
});
