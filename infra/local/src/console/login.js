// Logging in and registering.

import { attempt, byId, say } from "./dom.js";

/** Calls `onEntered` once there is a session. */
export function letIn(api, onEntered) {
  const enter = (id, work) => {
    const form = byId(id);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      // A password takes the server a while, on purpose; a second click would only be a second attempt.
      button.disabled = true;
      await attempt(async () => {
        await work(Object.fromEntries(new FormData(form)));
        form.reset();
        say("");
        await onEntered();
      });
      button.disabled = false;
    });
  };
  enter("log-in", ({ identifier, password }) => api.logIn(identifier, password));
  enter("register", (account) => api.register(account));
}
