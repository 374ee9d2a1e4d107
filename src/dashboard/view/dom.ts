/** Elements are made by hand and texts set as texts: nothing that the API says can become markup. */

type Attribute = string | number | boolean | ((event: Event) => void);
export type Child = Node | string | null;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, Attribute>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** An element of the page that index.html has. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

/** Leaves equal texts alone: a screen reader reads again what is set again. */
export function setText(node: Node, text: string): void {
  if (node.textContent !== text) node.textContent = text;
}

export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

export interface Row<T> {
  readonly element: HTMLElement;
  update(item: T): void;
}

/** Keeps the children of `parent` equal to the items by their keys, so that what has the focus stays where it is while texts change. */
export function keyedRows<T>(parent: HTMLElement, keyOf: (item: T) => string, build: (item: T) => Row<T>): (items: readonly T[]) => void {
  const rows = new Map<string, Row<T>>();
  return (items) => {
    const wanted = new Map(items.map((item) => [keyOf(item), item]));
    for (const [key, { element }] of rows) {
      if (wanted.has(key)) continue;
      element.remove();
      rows.delete(key);
    }
    let place = parent.firstElementChild;
    for (const [key, item] of wanted) {
      const row = rows.get(key) ?? build(item);
      rows.set(key, row);
      row.update(item);
      if (row.element === place) place = place.nextElementSibling;
      else parent.insertBefore(row.element, place);
    }
  };
}

/** `<time>` in the browser's zone, whose title is the same in UTC, as logs have it. */
export function setTime(element: HTMLTimeElement, at: number, shown: string): void {
  const iso = new Date(at).toISOString();
  if (element.dateTime !== iso) {
    element.dateTime = iso;
    element.title = iso;
  }
  setText(element, shown);
}
