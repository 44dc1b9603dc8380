exports.own = "a file with the name of a module of node";
