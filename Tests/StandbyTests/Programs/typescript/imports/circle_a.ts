import { b } from "./circle_b.ts";
export const seen = (): string => b + a;
export const a = "a";
