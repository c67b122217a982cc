// How the editor looks: with the colours of the page, whose custom properties reach into the shadow tree.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const LINE = 1.45;

const look = EditorView.theme({
  "&": { background: "var(--page)", color: "var(--text)", border: "2px solid var(--soft)", fontSize: "1rem" },
  "&.cm-focused": { outline: "3px solid var(--focus)", outlineOffset: "1px", boxShadow: "0 0 0 6px var(--on-focus)" },
  ".cm-scroller": { font: `1rem/${LINE} var(--mono)`, maxHeight: `${LINE * 28}rem` },
  ".cm-content, .cm-gutter": { minHeight: `${LINE * 8}rem` },
  ".cm-content": { caretColor: "var(--text)", padding: ".3rem 0" },
  ".cm-gutters": { background: "var(--band)", color: "var(--soft)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { background: "transparent" },
  "&.cm-focused .cm-activeLine": { boxShadow: "inset 3px 0 var(--accent)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { background: "none", outline: "2px solid var(--soft)" },
  ".cm-mistake": { textDecoration: "underline wavy var(--ended)", outline: "1px solid var(--ended)" },
  ".cm-mistake-line": { background: "var(--band)", boxShadow: "inset 4px 0 var(--ended)" },
  ".cm-tooltip": { background: "var(--page)", color: "var(--text)", border: "2px solid var(--soft)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { 
    fontFamily: "inherit", maxHeight: "none", overflow: "hidden", maxWidth: "min(36rem, 90vw)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: ".25rem .5rem", minHeight: "1.5rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionDetail": { fontStyle: "normal", marginLeft: "1rem" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "700" },
  { tag: [tags.string, tags.annotation], color: "var(--good)" },
  { tag: [tags.integer, tags.float, tags.bool, tags.typeName], color: "var(--friendly)" },
  { tag: [tags.namespace, tags.url], color: "var(--visited)" },
  { tag: tags.variableName, color: "var(--paused)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

export const theme = [look, syntaxHighlighting(colours)];
