/** Writes the published JSON Schema of the native dialect: `pnpm schema`. A test says when it has to be written again. */
import { writeFileSync } from "node:fs";
import { nativeSchema } from "../src/native/schema.ts";

writeFileSync(new URL("millrace.schema.json", import.meta.url), `${JSON.stringify(nativeSchema(), null, 2)}\n`);
