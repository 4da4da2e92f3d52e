// The field for questions: grows with its text, Enter sends, a half-typed Chinese word never does.

/** Wire the form; `onSend(question)` and `onStop()` are called. Returns what the rest may do with it. */
export function createComposer({ onSend, onStop, text, longest }) {
  const form = document.getElementById("composer");
  const field = document.getElementById("question");
  const send = document.getElementById("send");
  const sendLabel = send.getAttribute("aria-label");

  function grow() {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  function submit() {
    const question = field.value.trim();
    if (!question || "busy" in form.dataset) return;
    field.value = "";
    grow();
    onSend(question);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if ("busy" in form.dataset) onStop();
    else submit();
  });
  field.addEventListener("input", () => {
    grow();
    const tooLong = field.value.length >= longest;
    field.setCustomValidity(tooLong ? text("too_long", { limit: longest }) : "");
    if (tooLong) field.reportValidity();
    field.setCustomValidity("");
  });
  field.addEventListener("keydown", (event) => {
    // An input method confirms a word with Enter; 229 is what Safari tells after the composition ended.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });

  return {
    field,
    setText(words) {
      field.value = words;
      grow();
    },
    setBusy(busy) {
      if (busy) form.dataset.busy = "";
      else delete form.dataset.busy;
      field.required = !busy; // an empty field must not keep the stop button from working
      const label = busy ? text("stop_hint") : sendLabel;
      send.setAttribute("aria-label", label);
      send.title = label;
    },
  };
}
