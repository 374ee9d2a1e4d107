import { byId } from './dom';

/** Tells a screen reader what changed, and nothing that merely was read again. */
export interface Announcer {
  say(text: string): void;
  /** Says the text only where the value is another than the last one of this topic; the first one is taken note of in silence. */
  onChange(topic: string, value: string, text: string): void;
}

export function createAnnouncer(): Announcer {
  const region = byId('announcements');
  const known = new Map<string, string>();
  const say = (text: string): void => {
    region.textContent = text;
  };
  return {
    say,
    onChange(topic, value, text) {
      const before = known.get(topic);
      known.set(topic, value);
      if (before !== undefined && before !== value) say(text);
    },
  };
}
