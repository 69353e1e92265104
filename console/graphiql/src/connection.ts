// How the page talks to the API: queries and mutations by POST, subscriptions by graphql-transport-ws,
// both at the same address and both signed with the key.

import { createGraphiQLFetcher, type Fetcher } from "@graphiql/toolkit";
import { type Client, createClient } from "graphql-ws";

const UNAUTHENTICATED = 401;
const UNAUTHORIZED_CLOSE_CODES: readonly number[] = [4401, 4403];

export interface Connection {
  fetcher: Fetcher;
  socket: Client;
}

/** Where the page's head says that the API is, as an absolute address. */
export function findEndpoint(): URL {
  const meta = document.querySelector<HTMLMetaElement>("meta[name=graphql-endpoint]");
  return new URL(meta?.content || "/graphql", document.baseURI);
}

/** Connects with a key; `onRefused` is called when the server does not accept it. */
export function connect(endpoint: URL, key: string | null, onRefused: () => void): Connection {
  const headers: Record<string, string> = key ? { Authorization: `Bearer ${key}` } : {};
  const socket = createClient({
    url: endpoint.href.replace(/^http/, "ws"),
    lazy: true,
    connectionParams: key ? { authorization: `Bearer ${key}` } : {},
    on: {
      closed: (event) => {
        if (event instanceof CloseEvent && UNAUTHORIZED_CLOSE_CODES.includes(event.code)) onRefused();
      },
    },
  });
  const fetcher = createGraphiQLFetcher({
    url: endpoint.href,
    headers,
    wsClient: socket,
    enableIncrementalDelivery: false, // the server sends no @defer or @stream
    fetch: async (...request) => {
      const response = await fetch(...request);
      if (response.status === UNAUTHENTICATED) onRefused();
      return response;
    },
  });
  return { fetcher, socket };
}
