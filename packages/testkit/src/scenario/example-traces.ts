import { rareScene } from "./rare-scene.ts";
import type { Scenario } from "./scenario.ts";
import { clientServerScene, podScene } from "./scenes.ts";

/** The traces under examples/traces, by file name. */
export const exampleTraces: Readonly<Record<string, () => Scenario>> = {
  "client-server.sf": clientServerScene,
  "pod.sf": podScene,
  "rare.sf": rareScene,
};
