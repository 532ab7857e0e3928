import type { Pod, Port, Service } from "@millrace/api/sysflow";
import { lowOf } from "../int64.ts";
import { ipText } from "../ip.ts";

/** A pod from the plain data that its schema gives: what is missing is empty or zero. */
export function podOf(value: unknown): Pod {
  const raw = objectOf(value);
  return {
    ts: bigintAt(raw, "ts"),
    id: textAt(raw, "id"),
    name: textAt(raw, "name"),
    nodeName: textAt(raw, "nodeName"),
    hostIp: addressesAt(raw, "hostIP"),
    internalIp: addressesAt(raw, "internalIP"),
    namespace: textAt(raw, "namespace"),
    restartCount: bigintAt(raw, "restartCount"),
    labels: textsAt(raw, "labels"),
    selectors: textsAt(raw, "selectors"),
    services: listAt(raw, "services").map(serviceOf),
  };
}

type Raw = Readonly<Record<string, unknown>>;

function serviceOf(value: unknown): Service {
  const raw = objectOf(value);
  return {
    name: textAt(raw, "name"),
    id: textAt(raw, "id"),
    namespace: textAt(raw, "namespace"),
    portList: listAt(raw, "portList").map(portOf),
    clusterIp: addressesAt(raw, "clusterIP"),
  };
}

function portOf(value: unknown): Port {
  const raw = objectOf(value);
  return { port: intAt(raw, "port"), targetPort: intAt(raw, "targetPort"), nodePort: intAt(raw, "nodePort"), proto: textAt(raw, "proto") };
}

function objectOf(value: unknown): Raw {
  return value !== null && typeof value === "object" ? (value as Raw) : {};
}

function textAt(raw: Raw, key: string): string {
  const value = raw[key];
  return typeof value === "string" ? value : "";
}

function bigintAt(raw: Raw, key: string): bigint {
  const value = raw[key];
  return typeof value === "bigint" ? value : typeof value === "number" ? BigInt(value) : 0n;
}

function intAt(raw: Raw, key: string): number {
  return lowOf(bigintAt(raw, key));
}

function listAt(raw: Raw, key: string): readonly unknown[] {
  const value = raw[key];
  return Array.isArray(value) ? value : [];
}

function addressesAt(raw: Raw, key: string): string[] {
  return listAt(raw, key).map((value) => ipText(typeof value === "bigint" ? lowOf(value) : Number(value)));
}

function textsAt(raw: Raw, key: string): Readonly<Record<string, string>> {
  const map = objectOf(raw[key]);
  for (const value of Object.values(map)) if (typeof value !== "string") return onlyTexts(map);
  return map as Readonly<Record<string, string>>;
}

function onlyTexts(map: Raw): Record<string, string> {
  return Object.fromEntries(Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
