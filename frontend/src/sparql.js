// <tg-sparql>: an editor around the textarea of a form, which stays what is sent.
//
//   <tg-sparql data-terms="/pl/sparql/terms.json" data-line="3" data-column="7" data-phrases="{…}">
//     <textarea …></textarea></tg-sparql>
//   <p id="no-query" role="alert" data-text="…" hidden></p>   what is said of an empty query
//
// `data-phrases` has the words of the editor in the language of the page, by what they are in English.
// Lives in a shadow tree: there its sheets are constructed ones, which a strict Content-Security-Policy allows.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, syntaxTree } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { sparql } from "codemirror-lang-sparql";
import { completion } from "./completion.js";
import { mistake } from "./mistake.js";
import { theme } from "./theme.js";
import { typing } from "./typing.js";

// On paper the textarea, which is as high as its text, stands for the editor, which scrolls.
const PAPER = "@media print { .cm-editor { display: none !important; } } @media not print { slot { display: none; } }";
const NOTHING = { prefixes: {}, terms: [] };
// As many as fit without scrolling: a list that scrolls would have to take the focus from the text.
const MAX_COMPLETIONS = 8;

class SparqlEditor extends HTMLElement {
  connectedCallback() {
    const area = this.querySelector("textarea");
    if (!area || this.shadowRoot) return;
    const { form } = area;
    const label = area.labels[0];
    const root = this.attachShadow({ mode: "open" });
    const paper = new CSSStyleSheet();
    paper.replaceSync(PAPER);
    root.adoptedStyleSheets = [paper];
    root.append(document.createElement("slot"));
    const note = document.getElementById("no-query");
    const send = () => { form.requestSubmit(); return true; };
    const view = new EditorView({
      parent: root,
      root,
      state: EditorState.create({
        doc: area.value,
        extensions: [
          // Tab is not bound: it leaves the editor.
          Prec.highest(keymap.of([{ key: "Mod-Enter", run: send }])),
          keymap.of([...closeBracketsKeymap, ...completionKeymap, ...defaultKeymap, ...historyKeymap]),
          lineNumbers(), highlightActiveLine(), history(), bracketMatching(), closeBrackets(), EditorView.lineWrapping,
          sparql(), theme, typing,
          autocompletion({
            override: [source(this.dataset.terms)], icons: false, maxRenderedOptions: MAX_COMPLETIONS,
          }),
          EditorState.phrases.of(JSON.parse(this.dataset.phrases ?? "{}")),
          mistake(Number(this.dataset.line ?? 0), Number(this.dataset.column ?? 1)),
          EditorView.contentAttributes.of(attributes(area, label)),
          EditorView.updateListener.of(({ docChanged, state }) => {
            if (!docChanged) return;
            area.value = state.doc.toString();
            say(note, "");
          }),
        ],
      }),
    });
    describe(view.contentDOM, area);
    // A field that nobody sees cannot say that it is empty.
    area.required = false;
    form.addEventListener("submit", (event) => {
      if (area.value.trim()) return;
      event.preventDefault();
      say(note, note?.dataset.text);
      view.focus();
    });
    label?.addEventListener("click", (event) => {
      event.preventDefault();
      view.focus();
    });
  }
}

/** Show a text and have it read out; an empty one takes it away. */
function say(note, text = "") {
  if (note) Object.assign(note, { hidden: !text, textContent: text });
}

function attributes(area, label) {
  return {
    "aria-label": label?.textContent.trim() ?? area.name,
    spellcheck: "false",
    autocapitalize: "off",
    autocorrect: "off",
    ...(area.ariaInvalid && { "aria-invalid": area.ariaInvalid }),
  };
}

/** The explanations of the field, which are outside of the shadow tree, where a browser can point there. */
function describe(content, area) {
  const ids = (area.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean);
  if (ids.length) content.ariaDescribedByElements = ids.map((id) => document.getElementById(id)).filter(Boolean);
}

/** Completions with the terms of the server, which are asked for when the first completion is. */
function source(address) {
  const nodeAt = (state, place) => syntaxTree(state).resolveInner(place, -1).name;
  let ready;
  return async (context) => {
    ready ??= fetch(address)
      .then((response) => (response.ok ? response.json() : NOTHING), () => NOTHING)
      .then((known) => completion(known, nodeAt));
    return (await ready)(context);
  };
}

customElements.define("tg-sparql", SparqlEditor);
