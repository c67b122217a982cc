// Typing over a selection. A browser that does it by itself puts style attributes on what it joins,
// which a strict Content-Security-Policy refuses and reports; so it is done in the state of the editor.

import { EditorView } from "@codemirror/view";

function type(event, view) {
  const { from, to, empty } = view.state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || view.composing) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const handlers = view.state.facet(EditorView.inputHandler);
  if (!handlers.some((handle) => handle(view, from, to, event.data, insert))) view.dispatch(insert());
  return true;
}

export const typing = EditorView.domEventHandlers({ beforeinput: type });
