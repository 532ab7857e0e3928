/**
 * What Flow's receivers and sinks share: lines in a stream of bytes, addresses, replies, printed messages, and the files
 * and standard streams that sinks write to.
 *
 * @packageDocumentation
 */
export { type BindAddress, formatHostPort, type HostPort, parseBind, parseHostPort } from "./address.ts";
export { dumperText } from "./dumper-text.ts";
export { type Line, LineFramer, type LineRules, OVERLONG } from "./framing.ts";
export { openOutput, type Output, type OutputTarget } from "./output/output.ts";
export { writingLink, type WritingLinkSettings } from "./output/writing-link.ts";
export { metaOfQuery, parseQuery, type QueryPairs } from "./query.ts";
export { type Answer, classicTcp, httpReplies, type HttpReplies, type HttpReply, type TcpReplies, v1alpha1Tcp } from "./replies.ts";
