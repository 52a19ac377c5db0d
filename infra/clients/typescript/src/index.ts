export { createTuneLink, type Options, type TuneLink } from "./client.js";
export { each, once, TuneLinkError, unwrap, type ErrorCode, type ErrorItem, type Schemas } from "./envelope.js";
export { Live, type Happenings, type LiveOptions, type State } from "./live.js";
export type { ClientFrame, DataOf, Message, SendMessage, ServerFrame } from "./frames.js";
export { Disconnected } from "./questions.js";
export type { Known } from "./conversations.js";
export type { Tokens } from "./session.js";
