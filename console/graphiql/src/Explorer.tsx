// GraphiQL with the explorer, the history and the examples, signed in by the key of this tab.

import { explorerPlugin } from "@graphiql/plugin-explorer";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { useCallback, useEffect, useMemo, useState } from "react";

import { AppearanceFollower } from "./AppearanceFollower";
import { connect, findEndpoint } from "./connection";
import { exampleTabs } from "./examples";
import { findKey, forgetKey, keepKey, takeKeyFromAddress } from "./session";
import { SignIn } from "./SignIn";

const plugins = [HISTORY_PLUGIN, explorerPlugin()];
const endpoint = findEndpoint();

export function Explorer() {
  const [key, setKey] = useState(findKey);
  const [refused, setRefused] = useState(false);

  const signIn = useCallback((given: string) => {
    keepKey(given);
    setRefused(false);
    setKey(given);
  }, []);
  const signOut = useCallback(() => {
    forgetKey();
    setRefused(true);
    setKey(null);
  }, []);

  const { fetcher, socket } = useMemo(() => connect(endpoint, key, signOut), [key, signOut]);
  useEffect(() => () => void socket.dispose(), [socket]);

  useEffect(() => {
    function readAddress() {
      const given = takeKeyFromAddress();
      if (given) signIn(given);
    }
    addEventListener("hashchange", readAddress);
    return () => removeEventListener("hashchange", readAddress);
  }, [signIn]);

  return (
    <>
      {key === null && <SignIn refused={refused} onKey={signIn} />}
      <GraphiQL
        fetcher={fetcher}
        schema={key === null ? null : undefined} // without a key there is no schema to ask for
        plugins={plugins}
        defaultTabs={exampleTabs}
        defaultEditorToolsVisibility="variables"
        isHeadersEditorEnabled={false} // the history keeps headers in localStorage: no key may be typed there
        shouldPersistHeaders={false}
        inputValueDeprecation
        schemaDescription
      >
        <GraphiQL.Logo>
          Courtside
          <AppearanceFollower />
        </GraphiQL.Logo>
      </GraphiQL>
    </>
  );
}
