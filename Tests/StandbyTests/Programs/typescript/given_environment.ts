// Variables of the request: a jail that was made without them is not for it.
console.log(Object.entries(Deno.env.toObject()).sort(), Deno.noColor, `${Deno.inspect(new Map([[1, "x"]]), { colors: false })}`);
