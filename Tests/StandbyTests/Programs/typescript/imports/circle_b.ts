import { a } from "./circle_a.ts";
export const b = typeof (() => a);
