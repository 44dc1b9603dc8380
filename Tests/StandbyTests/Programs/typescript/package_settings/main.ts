// Settings for packages, which Deno reads in the home folder before it reads the program.
console.log("printed unless they are broken");
