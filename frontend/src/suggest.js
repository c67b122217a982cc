/* Suggestions below a search field: a combobox with a listbox, as ARIA 1.2 describes it.

   <input data-suggest>                          choosing a suggestion opens its page
   <input data-suggest data-suggest-kind="city"> choosing one fills the field; the form then sends its key

   `data-suggest` may hold the address of the service; by default it is found from the link to the home page.
   Without this script the field is a field. What the service says is only ever text here. */

const PAUSE = 150;
let fields = 0;

function make(name, properties, attributes = {}) {
  const element = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function serviceOf(input) {
  const home = document.querySelector("a.brand")?.href ?? document.baseURI;
  return new URL(input.dataset.suggest || "../suggest", input.dataset.suggest ? document.baseURI : home);
}

function option(item, id, language) {
  const line = make("li", { id }, { role: "option", "aria-selected": "false" });
  const label = make("span", { className: "label", textContent: item.label, dir: "auto" });
  if (item.language !== language) label.lang = item.language;
  line.append(label, " ", make("span", { className: "tag", textContent: item.context }));
  return line;
}

export function suggest(input) {
  const id = `suggestions-${++fields}`;
  const language = document.documentElement.lang;
  const kind = input.dataset.suggestKind ?? "";
  const service = serviceOf(input);
  const name = input.name;
  const label = input.labels?.[0]?.textContent.trim() || input.getAttribute("aria-label") || name;
  const list = make("ul", { id, className: "suggestions", hidden: true }, { role: "listbox", "aria-label": label });
  const status = make("span", { className: "hidden" }, { role: "status" });
  const box = make("span", { className: "suggest" });
  const key = make("input", { type: "hidden" });
  let items = [];
  let active = -1;
  let timer = 0;
  let request = new AbortController();

  // Who comes back finds what was sent: a browser does not restore a field that completes itself.
  if (kind && history.state?.[name] && !input.value) hold(...history.state[name]);
  if (kind) input.form?.addEventListener("submit", () => {
    const kept = [input.value, key.isConnected ? key.value : ""];
    history.replaceState({ ...history.state, [name]: kept }, "");
  });

  const hadFocus = document.activeElement === input;
  input.replaceWith(box);
  box.append(input, list, status);
  if (hadFocus) input.focus();
  Object.assign(input, { autocomplete: "off" });
  for (const [attribute, value] of Object.entries({
    role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": id,
  })) input.setAttribute(attribute, value);

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) mark(-1);
  }

  function mark(place) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = place;
    const line = list.children[active];
    if (!line) return input.removeAttribute("aria-activedescendant");
    line.setAttribute("aria-selected", "true");
    line.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", line.id);
  }

  function stop() {
    clearTimeout(timer);
    request.abort();
  }

  function choose(item) {
    stop();
    show(false);
    if (!kind) return location.assign(item.path);
    hold(item.label, item.key);
  }

  /** Show the name of a city, for which the form sends the key. */
  function hold(text, value) {
    input.value = text;
    if (!value) return;
    input.removeAttribute("name");
    Object.assign(key, { name, value });
    box.append(key);
  }

  /** Without suggestions: those for an earlier text are none for this one. */
  function clear() {
    items = [];
    list.replaceChildren();
    status.textContent = "";
    show(false);
  }

  async function ask(text) {
    request = new AbortController();
    service.search = new URLSearchParams({ q: text, lang: language, ...(kind && { kind }) });
    try {
      const response = await fetch(service, { signal: request.signal });
      if (!response.ok) return clear();
      const answer = await response.json();
      items = answer.suggestions;
      mark(-1);
      list.replaceChildren(...items.map((item, place) => option(item, `${id}-${place}`, language)));
      status.textContent = answer.announcement;
      show(items.length > 0 && document.activeElement === input);
    } catch (error) {
      // The reader typed on, or the network is gone: the field works without suggestions.
      if (error.name !== "AbortError") clear();
    }
  }

  input.addEventListener("input", () => {
    stop();
    key.remove();
    input.name = name;
    const text = input.value.trim();
    mark(-1);
    // What is shown until the answer comes must not be chosen for a text that it was not made for.
    items = [];
    // One letter of a script with an alphabet says too little.
    if (text.length > 1 || text > "\u2e7f") timer = setTimeout(ask, PAUSE, text);
    else clear();
  });

  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      const places = items.length + 1;
      if (list.hidden) show(true);
      // Past either end the field itself comes, then the other end.
      mark(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      choose(items[active]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      stop();
      show(false);
    }
  });

  input.addEventListener("blur", () => {
    stop();
    show(false);
  });
  // The field keeps the focus while a suggestion is pressed.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const place = [...list.children].indexOf(event.target.closest("li"));
    if (items[place]) choose(items[place]);
  });
}

export function suggestAll(root = document) {
  root.querySelectorAll("input[data-suggest]").forEach(suggest);
}
