/**
 * The spans of a trace as a tree, and what follows from it. Spans come from programs that may be broken: parents that are not
 * there, circles, clocks that disagree, chains thousands deep. So nothing here recurses, and every span is in the tree once.
 */

/** Milliseconds with their fractions: spans are shorter than what Date keeps. */
export function millis(text) {
  const [, whole, fraction] = text.match(/^([^.Z]*)(?:\.(\d+))?/);
  return Date.parse(`${whole}Z`) + (fraction ? Number(`0.${fraction}`) * 1000 : 0);
}

/** One span: its outline, and where it stands. */
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
  breakCircles(nodes, roots);
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

/** What no root leads to stands in a circle: its earliest span becomes a root. */
function breakCircles(nodes, roots) {
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

/** Depth first, each node after its parent; `skip(node)` leaves out what is below it. Sets the depths. */
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
 * What the end of the trace waited for: from the end backwards, always the child that ended last before. What runs beside it
 * could be made faster without any effect.
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

/** The call of a model whose history this one goes on: the last before it under the same parent, else under the same agent. */
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
  return agent ? before([...tree.nodes.values()].filter((each) => agentOf(each) === agent).sort((a, b) => a.start - b.start)) : null;
}

/** Steps of an axis: some four to six, at round times. */
export function ticks(length) {
  if (!(length > 0)) {
    return [0];
  }
  const power = 10 ** Math.floor(Math.log10(length / 4));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => length / each <= 5);
  return Array.from({ length: Math.floor(length / step) + 1 }, (_, i) => i * step);
}
