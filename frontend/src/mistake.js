// Where the server found a query wrong: marked until the text is changed.

import { StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";

/**
 * @param {number} line from 1
 * @param {number} column from 1, in characters
 */
export function mistake(line, column) {
  return StateField.define({
    create: (state) => (line > 0 && line <= state.doc.lines ? marks(state.doc.line(line), column) : Decoration.none),
    update: (found, { docChanged }) => (docChanged ? Decoration.none : found),
    provide: (field) => EditorView.decorations.from(field),
  });
}

function marks({ from, text }, column) {
  const before = [...text].slice(0, column - 1).join("");
  const rest = text.slice(before.length);
  // A parser that stops at a space or an end has stumbled over the word before it.
  const [word] = (/^\S/.test(rest) ? rest.match(/^(?:\w+|\S)/u) : before.match(/\S*$/)) ?? [""];
  const start = from + before.length - (/^\S/.test(rest) ? 0 : word.length);
  const found = [Decoration.line({ class: "cm-mistake-line" }).range(from)];
  if (word) found.push(Decoration.mark({ class: "cm-mistake" }).range(start, start + word.length));
  return Decoration.set(found);
}
