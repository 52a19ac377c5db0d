import type { components } from "./asyncapi.js";

type Schemas = components["schemas"];
export type ServerFrame = Schemas["ServerFrame"];
export type ClientFrame = Schemas["ClientFrame"];
export type Message = Schemas["Message"];
export type SendMessage = Schemas["SendMessageRequest"];

/** What a frame of this type carries. */
export type DataOf<Type extends ServerFrame["type"]> = Extract<ServerFrame, { type: Type }>["data"];

/** A frame to send, but for the id by which its answer is known. */
export type Asked<Action extends ClientFrame["action"]> = Omit<Extract<ClientFrame, { action: Action }>, "request_id">;

/** What answers which action. */
export interface Answers {
  send_message: DataOf<"sent">;
  mark_read: DataOf<"marked_read">;
  ping: DataOf<"pong">;
}

/** As much of a WebSocket as is needed: those of browsers, React Native, Node 22 and `ws` have it. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onopen: ((event: any) => void) | null;
  onmessage: ((event: any) => void) | null;
  onclose: ((event: any) => void) | null;
  onerror: ((event: any) => void) | null;
}
