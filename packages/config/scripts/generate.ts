/** Writes what is made from the shapes of the native dialect: its JSON Schema, and the tables of its reference. A test says when they are stale. */
import { readFileSync, writeFileSync } from "node:fs";
import { nativeSchema } from "../src/native/schema.ts";
import { nativeReference } from "./reference.ts";

const page: URL = new URL("../../../docs/configuration/native.md", import.meta.url);

writeFileSync(new URL("../schema/millrace.schema.json", import.meta.url), `${JSON.stringify(nativeSchema(), null, 2)}\n`);
writeFileSync(
  page,
  readFileSync(page, "utf8").replace(
    /(<!-- reference -->\n)[\s\S]*(<!-- end -->)/,
    (_all, begin: string, end: string) => `${begin}\n${nativeReference()}\n${end}`,
  ),
);
