export { makeScene, type Scene, type SceneEdge, type SceneNode } from "./scene.ts";
export { type Finding, simulate } from "./simulation.ts";
