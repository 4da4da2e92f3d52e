// One question over HTTP: POST, and the answer's events as they come.
import { createParser } from "./sse.js";

/** Yield {name, data} until the answer is whole; failures come as an `error` event too. */
export async function* ask(body, { signal, tongue }) {
  let response;
  try {
    response = await fetch("/api/v1/ask", {
      method: "POST",
      signal,
      headers: {
        "Content-Type": "application/json",
        Accept: "text/event-stream",
        "Accept-Language": tongue,
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      yield { name: "error", data: await refusal(response) };
      return;
    }
    yield* events(response);
  } catch (error) {
    if (signal.aborted) return;
    yield { name: "error", data: { code: "offline", message: null } };
  }
}

async function* events(response) {
  const feed = createParser();
  const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let over = false;
  for (;;) {
    const { done, value } = await pieces.read();
    if (done) break;
    for (const { name, data } of feed(value)) {
      over = over || name === "final" || name === "error";
      const content = JSON.parse(data);
      yield { name, data: name === "error" ? { ...content.error, seconds: waitOf(content.error) } : content };
    }
  }
  if (!over) throw new Error("the stream broke off");
}

function waitOf(error) {
  return error.details?.wait_s ? Math.max(1, Math.round(error.details.wait_s)) : null;
}

async function refusal(response) {
  const content = await response.json().catch(() => null);
  const seconds = Number(response.headers.get("Retry-After"));
  return { code: "internal", message: null, ...content?.error, seconds: seconds > 0 ? seconds : null };
}
