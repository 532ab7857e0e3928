/** How careful the loader of plugins is. */
export interface LoaderSettings {
  /** Whether it takes files that everybody may change. Default false. */
  readonly allowWritable?: boolean | undefined;
  /** Whether it refuses files that have no manifest. Default false. */
  readonly requireManifest?: boolean | undefined;
}

/**
 * What the environment says of the loader, for commands whose flags are not ours to choose: `MILLRACE_ALLOW_WRITABLE_PLUGINS`
 * and `MILLRACE_REQUIRE_MANIFESTS`, each `1`, `true`, `yes` or `on` to switch it on. Anything else leaves it off.
 */
export function loaderSettings(environment: Readonly<Record<string, string | undefined>>): LoaderSettings {
  return { allowWritable: isOn(environment.MILLRACE_ALLOW_WRITABLE_PLUGINS), requireManifest: isOn(environment.MILLRACE_REQUIRE_MANIFESTS) };
}

function isOn(value: string | undefined): boolean {
  return /^(?:1|true|yes|on)$/i.test(value?.trim() ?? "");
}
