export const name: string = "beside";
