// Joins the page: one conversation, the drawer, the composer.
import { ask } from "./ask.js";
import { createComposer } from "./composer.js";
import { createDrawer } from "./drawer.js";
import { createExchange } from "./exchange.js";
import { advance, asked, historyOf, isOver } from "./state.js";
import { createTexts } from "./texts.js";

const KEPT = "clausewise.conversation";

const { strings, tongue, questionCharacters, operator } = document.body.dataset;
const text = createTexts(JSON.parse(strings));
const thread = document.getElementById("thread");
const open = createDrawer({ text, tongue });
const conversation = []; // states, in order
let running = null;

const composer = createComposer({
  text,
  longest: Number(questionCharacters),
  onSend: send,
  onStop: () => running?.abort(),
});

function add(state) {
  document.body.dataset.state = "thread";
  document.getElementById("new-question").hidden = false;
  composer.field.placeholder = text("follow_up");
  const exchange = createExchange({ text, open, retry: send });
  const index = conversation.push(state) - 1;
  thread.append(exchange.element);
  exchange.show(state);
  return {
    element: exchange.element,
    advance(name, data) {
      conversation[index] = advance(conversation[index], name, data);
      exchange.show(conversation[index]);
    },
    isOver: () => isOver(conversation[index]),
  };
}

async function send(question) {
  if (running) return;
  const body = { question, history: historyOf(conversation) };
  const exchange = add(asked(question));
  exchange.element.scrollIntoView({ block: "start" });
  running = new AbortController();
  composer.setBusy(true);
  try {
    for await (const { name, data } of ask(body, { signal: running.signal, tongue })) exchange.advance(name, data);
  } finally {
    if (!exchange.isOver()) exchange.advance("stopped");
    running = null;
    composer.setBusy(false);
  }
}

function keep() {
  const states = conversation.filter(isOver);
  sessionStorage.setItem(KEPT, JSON.stringify({ states, draft: composer.field.value }));
}

function restore() {
  const kept = sessionStorage.getItem(KEPT);
  sessionStorage.removeItem(KEPT);
  if (!kept) return;
  const { states, draft } = JSON.parse(kept);
  composer.setText(draft);
  for (const state of states) add(state);
  thread.lastElementChild?.scrollIntoView({ block: "start" });
}

// Opened from a link in another site, the page itself comes without the operator's cookie; asked from here it counts.
async function recognise() {
  const response = await fetch("/api/v1/session").catch(() => null);
  const session = response?.ok ? await response.json() : null;
  const flag = "clausewise.recognised";
  if (session?.operator && operator === "no" && !sessionStorage.getItem(flag)) {
    sessionStorage.setItem(flag, "yes");
    location.replace("/");
  }
}

async function signOut() {
  await fetch("/api/v1/session", { method: "DELETE" });
  location.replace("/");
}

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    composer.field.focus({ preventScroll: true });
    send(example.textContent.trim());
  });
}
for (const link of document.querySelectorAll(".tongues a")) link.addEventListener("click", keep);
document.getElementById("new-question").addEventListener("click", () => location.assign("/"));
document.getElementById("sign-out")?.addEventListener("click", signOut);

restore();
recognise();
if (matchMedia("(hover: hover)").matches) composer.field.focus({ preventScroll: true });
document.body.dataset.ready = "yes";
