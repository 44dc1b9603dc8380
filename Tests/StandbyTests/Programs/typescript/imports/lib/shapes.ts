export enum Shade { Light, Dark }
export interface Box { width: number; height: number }
export const area = (box: Box): number => box.width * box.height;
