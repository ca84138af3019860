// A shortcut link of the access portal has the account and the role behind the #, which browsers
// do not send to the server.
if (location.hash.startsWith("#/console?")) location.replace("/start/console" + location.hash.slice("#/console".length));
