/**
 * The spans of a trace as a tree, and what can be derived from it. The programs that send spans may be broken: parents
 * may be missing, form cycles or have other clocks, and chains may be thousands deep. So nothing here recurses, and
 * every span is in the tree exactly once.
 */

/** Parses a time into milliseconds with fractions, since spans may be shorter than the resolution of Date. */
export function millis(text) {
  const [, whole, fraction] = text.match(/^([^.Z]*)(?:\.(\d+))?/);
  return Date.parse(`${whole}Z`) + (fraction ? Number(`0.${fraction}`) * 1000 : 0);
}

/** Wraps the outline of a span with its position in the tree. */
function nodeOf(span) {
  const start = millis(span.start_time);
  const end = span.end_time ? millis(span.end_time) : start + (span.duration_ms ?? 0);
  return { span, id: span.span_id, start, end, parent: null, children: [], depth: 0, critical: false, orphan: false };
}

export function buildTree(spans) {
  const nodes = new Map(spans.map((span) => [span.span_id, nodeOf(span)]));
  const roots = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.span.parent_span_id);
    if (parent && parent !== node) {
      node.parent = parent;
      parent.children.push(node);
    } else {
      node.orphan = Boolean(node.span.parent_span_id);
      roots.push(node);
    }
  }
  breakCycles(nodes, roots);
  const byStart = (a, b) => a.start - b.start || (a.id < b.id ? -1 : 1);
  roots.sort(byStart);
  nodes.forEach((node) => node.children.sort(byStart));
  let start = Infinity;
  let end = -Infinity;
  for (const node of nodes.values()) {
    start = Math.min(start, node.start);
    end = Math.max(end, node.end);
  }
  const tree = { nodes, roots, start, end: Math.max(end, start), errors: [], findings: [], acts: false };
  for (const node of walk(tree)) {
    node.span.status === 'error' && tree.errors.push(node);
    node.span.security_score > 0 && tree.findings.push(node);
    tree.acts ||= node.span.action_count > 0;
  }
  markCriticalPath(tree);
  return tree;
}

/** Spans that no root leads to form a cycle: the earliest of them becomes a root. */
function breakCycles(nodes, roots) {
  const reached = new Set();
  const reach = (from) => {
    const stack = [from];
    while (stack.length > 0) {
      const node = stack.pop();
      if (!reached.has(node)) {
        reached.add(node);
        stack.push(...node.children);
      }
    }
  };
  roots.forEach(reach);
  if (reached.size === nodes.size) {
    return;
  }
  for (const node of [...nodes.values()].sort((a, b) => a.start - b.start)) {
    if (!reached.has(node)) {
      node.parent.children.splice(node.parent.children.indexOf(node), 1);
      node.parent = null;
      node.orphan = true;
      roots.push(node);
      reach(node);
    }
  }
}

/**
 * Walks depth first, parents before children, and sets the depths. `skip(node)` leaves out the descendants of a node.
 */
export function* walk(tree, skip = () => false) {
  const stack = [...tree.roots].reverse();
  while (stack.length > 0) {
    const node = stack.pop();
    node.depth = node.parent ? node.parent.depth + 1 : 0;
    yield node;
    if (!skip(node)) {
      for (let i = node.children.length - 1; i >= 0; i--) {
        stack.push(node.children[i]);
      }
    }
  }
}

/**
 * Marks the spans that determined when the trace ended. Walks backwards in time: from a span's end to the child that
 * ended last, and from that child's start to the sibling that ended last before it. Making any other span faster would
 * not shorten the trace.
 */
function markCriticalPath({ roots }) {
  const stack = [];
  const follow = (candidates, from) => {
    let until = from;
    for (const node of [...candidates].sort((a, b) => b.end - a.end)) {
      if (node.end <= until + 0.001 || (node.start < until && until === from)) {
        node.critical = true;
        stack.push(node);
        until = node.start;
      }
    }
  };
  follow(roots, Math.max(...roots.map((root) => root.end)));
  while (stack.length > 0) {
    const node = stack.pop();
    follow(node.children, node.end);
  }
}

/**
 * Returns the model call that this one continues: the last before it under the same parent, or under the same agent.
 */
export function previousCall(tree, node) {
  if (node.span.kind !== 'llm') {
    return null;
  }
  const before = (candidates) =>
    candidates.filter((each) => each.span.kind === 'llm' && each !== node && each.start < node.start).at(-1) ?? null;
  const beside = before(node.parent ? node.parent.children : tree.roots);
  if (beside || !node.parent) {
    return beside;
  }
  const agentOf = (each) => {
    let at = each.parent;
    while (at && at.span.kind !== 'agent') {
      at = at.parent;
    }
    return at;
  };
  const agent = agentOf(node);
  return agent
    ? before([...tree.nodes.values()].filter((each) => agentOf(each) === agent).sort((a, b) => a.start - b.start))
    : null;
}

/** Returns the ticks of an axis: about four to six, at round times. */
export function ticks(length) {
  if (!(length > 0)) {
    return [0];
  }
  const power = 10 ** Math.floor(Math.log10(length / 4));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => length / each <= 5);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}
