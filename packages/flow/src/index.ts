/**
 * What Flow's receivers and sinks share: lines in a stream of bytes, addresses, replies, printed messages, and the files
 * and standard streams that sinks write to.
 *
 * @packageDocumentation
 */
export { type BindAddress, formatHostPort, type HostPort, parseBind, parseHostPort } from "./address.ts";
export { dumperText } from "./dumper-text.ts";
export { type Line, LineFramer, type LineRules, OVERLONG } from "./framing.ts";
export { type Output, type OutputTarget, openOutput } from "./output/output.ts";
export { type WritingLinkSettings, writingLink } from "./output/writing-link.ts";
export { metaOfQuery, parseQuery, type QueryPairs } from "./query.ts";
export { type Answer, classicTcp, type HttpReplies, type HttpReply, httpReplies, type TcpReplies, v1alpha1Tcp } from "./replies.ts";
