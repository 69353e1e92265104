// The API key of this browser tab. It lives in sessionStorage, so it goes with the tab, and nowhere else:
// not in the address, not in localStorage, not in what the editor stores.

const STORAGE_NAME = "courtside.api-key";

/** Takes the key out of `#key=…`, keeps it, and clears the address bar. */
export function takeKeyFromAddress(): string | null {
  const key = new URLSearchParams(location.hash.slice(1)).get("key")?.trim();
  if (!key) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  keepKey(key);
  return key;
}

export function findKey(): string | null {
  return sessionStorage.getItem(STORAGE_NAME);
}

export function keepKey(key: string): void {
  sessionStorage.setItem(STORAGE_NAME, key);
}

export function forgetKey(): void {
  sessionStorage.removeItem(STORAGE_NAME);
}
