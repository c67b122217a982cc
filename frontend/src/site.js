// What every page has besides its HTML. Nothing depends on it.

import { suggestAll } from "./suggest.js";

suggestAll();
