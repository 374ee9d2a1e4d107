const DECISIONS = new Set([
  'IfStatement',
  'ConditionalExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'CatchClause',
  'SwitchStatement',
]);
const FUNCTION = ':matches(FunctionDeclaration, FunctionExpression, ArrowFunctionExpression)';

/**
 * Bounds the decisions of a function: its branches, loops, switches, `&&` and `||`. Unlike ESLint's own `complexity` it counts no case of a
 * switch, which is one look-up, and no `?.`, `??` and default value, which say what an absent value means.
 */
export const decisions = {
  meta: {
    type: 'suggestion',
    schema: [{ type: 'integer' }],
    messages: { many: '{{count}} decisions in one function; at most {{most}}: split it by what it decides.' },
  },
  create(context) {
    const [most] = context.options;
    const counts = [];
    const add = () => counts.length > 0 && (counts[counts.length - 1] += 1);
    return {
      [FUNCTION]: () => counts.push(1),
      '*': (node) => {
        if (DECISIONS.has(node.type)) add();
        if (node.type === 'LogicalExpression' && node.operator !== '??') add();
      },
      [`${FUNCTION}:exit`]: (node) => {
        const count = counts.pop();
        if (count > most)
          context.report({ node, loc: context.sourceCode.getFirstToken(node).loc, messageId: 'many', data: { count, most } });
      },
    };
  },
};
