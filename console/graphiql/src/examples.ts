// The tabs that a first visitor finds: each file of examples/ is one, in the order of the file names.
// A .json file of the same name holds what stands in the tab's variables pane.

const operations = import.meta.glob<string>("./examples/*.graphql", { eager: true, query: "?raw", import: "default" });
const variables = import.meta.glob<string>("./examples/*.json", { eager: true, query: "?raw", import: "default" });

export const exampleTabs = Object.keys(operations)
  .sort()
  .map((path) => ({
    query: operations[path] ?? null,
    variables: variables[path.replace(/\.graphql$/, ".json")] ?? null,
  }));
