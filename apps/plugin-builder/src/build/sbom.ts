import type { BundledInput } from "./bundled-packages.ts";

/** The package that a bill of materials is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  /** SHA-256 of the file, in hexadecimal; absent where it is not one file. */
  readonly sha256?: string;
  /** The packages that it uses itself, as `name@version`. */
  readonly imports: readonly string[];
}

/** A package in a bill of materials. */
export type SbomPart = Pick<BundledInput, "name" | "version" | "license" | "imports"> & {
  /** The hash of its archive as registries give it, where it is known. */
  readonly integrity?: string | undefined;
};

/**
 * A bill of materials: CycloneDX 1.6 as JSON (ECMA-424, cyclonedx.org/docs/1.6/json). It has no serial number and no time,
 * so that the same build has the same bill.
 */
export function sbomOf(subject: SbomSubject, parts: readonly SbomPart[], builder: string): Readonly<Record<string, unknown>> {
  const { sha256, description } = subject;
  return {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    version: 1,
    metadata: {
      tools: { components: [{ type: "application", name: "plugin-builder", version: builder }] },
      component: {
        type: "library",
        ...identity(subject),
        ...(description !== "" && { description }),
        ...(sha256 !== undefined && { hashes: [{ alg: "SHA-256", content: sha256 }] }),
      },
    },
    components: parts.map((part) => ({ type: "library", ...identity(part), ...hashesOf(part.integrity) })),
    dependencies: [subject, ...parts].map((each) => ({
      ref: purlOf(each),
      dependsOn: each.imports.flatMap((wanted) => parts.filter(({ name, version }) => `${name}@${version}` === wanted).map(purlOf)),
    })),
  };
}

interface Identified {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function identity(part: Identified): Readonly<Record<string, unknown>> {
  const [scope, bare] = part.name.startsWith("@") ? part.name.split("/") : [undefined, part.name];
  const { license } = part;
  return {
    "bom-ref": purlOf(part),
    ...(scope !== undefined && { group: scope }),
    name: bare,
    version: part.version,
    purl: purlOf(part),
    ...(license !== "NOASSERTION" && { licenses: [EXPRESSION.test(license) ? { expression: license } : { license: { name: license } }] }),
  };
}

/** A package URL (github.com/package-url/purl-spec): a scope's `@` is encoded, its slash is not. */
function purlOf({ name, version }: Pick<Identified, "name" | "version">): string {
  return `pkg:npm/${name.split("/").map(encodeURIComponent).join("/")}@${encodeURIComponent(version)}`;
}

/** The form of an SPDX licence expression (spdx.github.io/spdx-spec, annex D): identifiers joined by AND, OR and WITH. */
const EXPRESSION = /^\(*[A-Za-z0-9.+-]+\)*(?: (?:AND|OR|WITH) \(*[A-Za-z0-9.+-]+\)*)*$/;

const ALGORITHMS: Readonly<Record<string, string>> = { sha256: "SHA-256", sha384: "SHA-384", sha512: "SHA-512" };

/** `sha512-BASE64` as a hash of CycloneDX, which wants hexadecimal. */
function hashesOf(integrity: string | undefined): { readonly hashes?: readonly unknown[] } {
  const [, algorithm = "", base64 = ""] = /^(sha\d+)-(\S+)$/.exec(integrity ?? "") ?? [];
  const alg = ALGORITHMS[algorithm];
  return alg === undefined ? {} : { hashes: [{ alg, content: Buffer.from(base64, "base64").toString("hex") }] };
}
