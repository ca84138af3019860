package cli_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

// keys is the credential_process of the scripts. It prints credentials, and its flags change
// them. The emulator does not know these credentials.
func keys() {
	version := flag.Int("version", 1, "`N` for the key Version")
	left := flag.Duration("left", 0, "how long the credentials are valid; 0 means no Expiration")
	without := flag.String("without", "", "the `KEY` to leave out")
	account := flag.String("account", "", "the `ID` for the key AccountId")
	say := flag.String("stderr", "", "`TEXT` for stderr")
	code := flag.Int("exit", 0, "the exit `CODE`; if it is not 0, keys prints no credentials")
	list := flag.String("env", "", "a `FILE` to which keys writes its environment")
	flag.Parse()
	if *list != "" {
		if err := os.WriteFile(*list, []byte(strings.Join(os.Environ(), "\n")+"\n"), 0o600); err != nil {
			panic(err)
		}
	}
	if *say != "" {
		fmt.Fprintln(os.Stderr, *say)
	}
	if *code != 0 {
		os.Exit(*code)
	}
	out := map[string]any{"Version": *version, "AccessKeyId": "AKIAPROCESS", "SecretAccessKey": "processSecret", "SessionToken": "processToken"}
	if *left != 0 {
		out["Expiration"] = time.Now().Add(*left).UTC().Format(time.RFC3339)
	}
	if *account != "" {
		out["AccountId"] = *account
	}
	delete(out, *without)
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		panic(err)
	}
}
