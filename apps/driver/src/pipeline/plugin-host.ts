import type { ArtefactHost } from "@millrace/core";
import { release } from "@millrace/release";
import { fingerprintLayout } from "@millrace/sysflow";

/** What plugins from elsewhere are compared with: this release, the layout of its records as it is, and this Node. */
export function pluginHost(): ArtefactHost {
  return { release: { ...release, layouts: { ...release.layouts, "@millrace/sysflow": fingerprintLayout() } }, node: process.versions.node };
}
