package cli_test

import (
	"context"
	"fmt"
	"os"

	agefile "filippo.io/age"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// approve implements the program "approve URL". The program is a browser in which jane signs in and
// grants the access.
func approve() {
	e, err := emulator.New(emulator.BuiltIn())
	must(err)
	srv := &emulatortest.Server{Emulator: e, URL: os.Getenv("URL")}
	must(srv.SignIn(context.Background(), os.Args[1], "jane"))
}

// ageKeygen implements the program "age-keygen -o FILE". The program makes a key file as the real
// age-keygen does.
func ageKeygen() {
	id, err := agefile.GenerateX25519Identity()
	must(err)
	must(os.WriteFile(os.Args[2], []byte(id.String()+"\n"), 0o600))
	fmt.Fprintf(os.Stderr, "Public key: %s\n", id.Recipient())
}
