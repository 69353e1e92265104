// The line above the editor that asks for a key while there is none.

import type { FormEvent } from "react";

interface SignInProps {
  refused: boolean;
  onKey: (key: string) => void;
}

export function SignIn({ refused, onKey }: SignInProps) {
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const key = String(new FormData(event.currentTarget).get("key") ?? "").trim();
    if (key) onKey(key);
  }

  return (
    <form className="sign-in" onSubmit={submit}>
      <label htmlFor="key">
        {refused ? "The server did not accept this API key. Paste another one:" : "Paste your API key:"}
      </label>
      <input id="key" name="key" type="password" autoComplete="off" spellCheck={false} required />
      <button type="submit">Sign in</button>
      <p>
        <code>courtside up</code> prints an address that signs you in; the same key is in the file <code>api-key</code>{" "}
        of its state folder. <code>courtside keys</code> makes more.
      </p>
    </form>
  );
}
