require("./inner").fail();
