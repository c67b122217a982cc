// What may stand at the cursor of a query: variables of it, prefixes, terms by their names or their labels, keywords.

const KEYWORDS = (
  "ASK AS ASC BASE BIND BOUND BY COALESCE CONSTRUCT CONTAINS COUNT DATATYPE DESC DESCRIBE DISTINCT EXISTS FILTER FROM " +
  "GRAPH GROUP GROUP_CONCAT HAVING IF IN IRI LANG LANGMATCHES LCASE LIMIT MAX MIN MINUS NAMED NOT OFFSET OPTIONAL " +
  "ORDER PREFIX REGEX SAMPLE SELECT STR STRLEN STRSTARTS SUM UNION VALUES WHERE YEAR"
).split(" ").map((label) => ({ label, type: "keyword", boost: -1 }));
const IN_TEXT = /String|Comment|Iriref/i;

/**
 * @param {{prefixes: Record<string, string>, terms: {name: string, label: string, type: string}[]}} known
 * @param {(state, place: number) => string} nodeAt name of the syntax node at a place
 * @returns a source of completions for CodeMirror
 */
export function completion(known, nodeAt) {
  const prefixes = Object.entries(known.prefixes).map(([name, iri]) => (
    { label: `${name}:`, detail: iri, type: "namespace" }
  ));
  const byName = known.terms.map(({ name, label, type }) => ({ label: name, detail: label, type }));
  const byLabel = known.terms.filter(({ label }) => label).map(({ name, label, type }) => (
    { label, detail: name, apply: name, type, boost: -2 }
  ));

  return function complete(context) {
    const variable = context.matchBefore(/[?$]\w*/);
    if (variable) return { from: variable.from, options: variables(context.state.doc, variable), validFor: /^[?$]\w*$/ };
    const word = context.matchBefore(/[\p{L}_][\p{L}\p{N}_-]*:?[\p{L}\p{N}_-]*/u);
    if (!word && !context.explicit) return null;
    if (IN_TEXT.test(nodeAt(context.state, context.pos))) return null;
    if (word?.text.includes(":")) return { from: word.from, options: byName, validFor: /^[\w-]*:[\w-]*$/ };
    if (word && word.text.length < 2 && !context.explicit) return null;
    return {
      from: word?.from ?? context.pos,
      options: [...prefixes, ...byName, ...byLabel, ...KEYWORDS],
      validFor: /^[\p{L}\p{N}_-]*$/u,
    };
  };
}

/** The variables of a query but the one that is being written. */
function variables(doc, { from, text: written }) {
  const found = new Set();
  for (const match of doc.toString().matchAll(/[?$]\w+/g))
    if (match.index !== from) found.add(written[0] + match[0].slice(1));
  return [...found].map((label) => ({ label, type: "variable" }));
}
