import type { Release } from "@millrace/core";

declare const release: Release;
export = release;
