// Runs the workflows of this folder as n8n would, as far as they use it: one item at a time, the node types below, and
// expressions without n8n's helpers. What a file asks for that is not known here is an error.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { httpRequestNode, paginate, profiles, retryOnFail } from './client.mjs';

/** Reads a parameter: text that begins with `=` holds expressions, and one expression alone keeps its type. */
function evaluate(value, names) {
  if (typeof value !== 'string' || !value.startsWith('=')) return value;
  const run = (code) => new Function(...Object.keys(names), `return (${code});`)(...Object.values(names));
  const parts = [...value.slice(1).matchAll(/\{\{([\s\S]*?)\}\}/g)];
  if (parts.length === 1 && parts[0][0] === value.slice(1)) return run(parts[0][1]);
  return value.slice(1).replace(/\{\{([\s\S]*?)\}\}/g, (_, code) => run(code));
}

/** The strict comparison of the IF node: a value of another type is an error, not a difference. */
function holds({ conditions: { conditions, options } }, names) {
  if (conditions.length !== 1 || options.typeValidation !== 'strict') throw new Error('one strict condition is known');
  const [{ leftValue, rightValue, operator }] = conditions;
  const left = evaluate(leftValue, names);
  if (typeof left !== operator.type) throw new Error(`${leftValue} is ${typeof left}, not ${operator.type}`);
  if (operator.type === 'boolean' && operator.operation === 'true') return left;
  if (operator.type === 'string' && operator.operation === 'equals') return left === evaluate(rightValue, names);
  throw new Error(`the operation ${operator.operation} is not known`);
}

async function ask(node, names, haste) {
  const { method = 'GET', sendQuery, queryParameters, sendBody, specifyBody, jsonBody, options } = node.parameters;
  const timeout = options.timeout ?? 300_000;
  const call = (extra) => {
    const url = new URL(evaluate(node.parameters.url, names));
    for (const { name, value } of sendQuery ? queryParameters.parameters : []) {
      url.searchParams.append(name, evaluate(value, names));
    }
    for (const [name, value] of Object.entries(extra)) url.searchParams.append(name, value);
    if (sendBody && specifyBody !== 'json') throw new Error(`the body ${specifyBody} is not known`);
    const body = sendBody ? evaluate(jsonBody, names) : undefined;
    return httpRequestNode(profiles.current, method, url, { body, timeout });
  };
  const settings = options.pagination?.pagination;
  if (settings) {
    if (settings.paginationMode !== 'updateAParameterInEachRequest' || settings.paginationCompleteWhen !== 'other') {
      throw new Error('this pagination is not known');
    }
    const pages = await paginate(
      { maxRequests: settings.maxRequests, requestInterval: settings.requestInterval / haste },
      ($pageCount) => {
        const named = settings.parameters.parameters.map((one) => {
          if (one.type !== 'qs') throw new Error(`a parameter in ${one.type} is not known`);
          return [one.name, evaluate(one.value, { ...names, $pageCount })];
        });
        return call(Object.fromEntries(named));
      },
      (page) => evaluate(settings.completeExpression, { ...names, $response: { body: page.json } }),
    );
    return pages.map((page) => page.json);
  }
  const tries = node.retryOnFail ? node.maxTries : 1;
  const { item } = await retryOnFail(tries, (node.waitBetweenTries ?? 1000) / haste, () => call({}));
  return [item.json];
}

/**
 * Runs the workflow in `file` from its node `Start`, and returns what its last node puts out.
 *
 * @param server put in place of the address in the node `Server`
 * @param haste by how much waits are shortened
 * @param visited is called with each node's name
 */
export async function runWorkflow(file, { server, haste = 1, visited = () => {} }) {
  const { nodes, connections } = JSON.parse(await readFile(file, 'utf8'));
  let node = nodes.find((one) => one.name === 'Start');
  let items = [{}];
  while (node) {
    visited(node.name);
    const names = { $json: items[0], $execution: { id: '1' } };
    const { parameters } = node;
    let output = 0;
    switch (node.type) {
      case 'n8n-nodes-base.manualTrigger':
        break;
      case 'n8n-nodes-base.set':
        items = [Object.fromEntries(parameters.assignments.assignments.map((one) => [one.name, one.value]))];
        if (node.name === 'Server') items[0].server = server;
        break;
      case 'n8n-nodes-base.httpRequest':
        items = await ask(node, names, haste);
        break;
      case 'n8n-nodes-base.wait':
        if (parameters.unit !== 'seconds') throw new Error(`the unit ${parameters.unit} is not known`);
        await sleep((evaluate(parameters.amount, names) * 1000) / haste);
        break;
      case 'n8n-nodes-base.if':
        output = holds(parameters, names) ? 0 : 1;
        break;
      case 'n8n-nodes-base.limit':
        items =
          parameters.keep === 'lastItems' ? items.slice(-parameters.maxItems) : items.slice(0, parameters.maxItems);
        break;
      case 'n8n-nodes-base.stopAndError':
        throw Object.assign(new Error(evaluate(parameters.errorMessage, names)), { isStop: true });
      default:
        throw new Error(`the node type ${node.type} is not known`);
    }
    const next = connections[node.name]?.main[output]?.[0];
    node = next && nodes.find((one) => one.name === next.node);
  }
  return items;
}
