import type { Field } from './schema';

/** The value of one setting, or undefined where the text is not accepted. */
export function valueOf(field: Field, text: string): string | number | boolean | undefined {
  switch (field.kind) {
    case 'boolean':
      return booleanOf(text);
    case 'choice':
      return field.choices?.find((choice) => choice === text.toLowerCase());
    case 'url':
      return /^https?:\/\/[^\s/]+/i.test(text) && URL.canParse(text) ? text : undefined;
    case 'json':
      return isArray(text) ? text : undefined;
    case 'text':
      return text;
    default:
      return numberOf(field, text);
  }
}

function numberOf(field: Field, text: string): number | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  if (field.kind === 'integer' && !Number.isInteger(value)) return undefined;
  // Zero switches starvation off; between zero and the least of all minutes lies nothing.
  if (field.kind === 'minutes' && value !== 0 && value < 0.01) return undefined;
  return value >= (field.least ?? 0) && value <= (field.most ?? Number.MAX_SAFE_INTEGER) ? value : undefined;
}

function booleanOf(text: string): boolean | undefined {
  if (/^(true|1)$/i.test(text)) return true;
  return /^(false|0)$/i.test(text) ? false : undefined;
}

function isArray(text: string): boolean {
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
