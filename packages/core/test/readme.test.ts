import { join } from "node:path";
import { testReadmeExample } from "../../../tooling/vitest/readme-example.ts";

testReadmeExample(join(import.meta.dirname, ".."));
