import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import "./page.css";

import { createRoot } from "react-dom/client";

import { Explorer } from "./Explorer";
import { takeKeyFromAddress } from "./session";

const place = document.getElementById("explorer");
if (!place) throw new Error("index.html has no element with the id 'explorer'");

takeKeyFromAddress(); // before anything else can read or store the address
createRoot(place).render(<Explorer />);
