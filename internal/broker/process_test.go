package broker

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func TestProcessThatSignsIn(t *testing.T) {
	b := &Broker{Cache: keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}}}
	s := profile.Session{Name: "corp", StartURL: "https://corp.awsapps.com/start"}
	if got := b.signInProcess(s).String(); got != "another process" {
		t.Errorf("no process: %q, want \"another process\"", got)
	}
	remove := b.writeProcess(s, "sso get-credentials")
	if got, want := b.signInProcess(s).String(), fmt.Sprintf("process %d (sso get-credentials)", os.Getpid()); got != want {
		t.Errorf("this process: %q, want %q", got, want)
	}
	if name := filepath.Base(b.processFile(s)); !strings.HasPrefix(name, ".") || strings.HasSuffix(name, ".json") {
		t.Errorf("the AWS CLI would read %s", name)
	}
	remove()
	if got := b.signInProcess(s); got != (Process{}) {
		t.Errorf("%v after remove, want none", got)
	}
}

// Other programs can write anything to the file.
func TestProcessFileOfAnotherProgram(t *testing.T) {
	b := &Broker{Cache: keystore.Files{Dir: ssocache.Dir{Home: t.TempDir()}}}
	s := profile.Session{Name: "corp", StartURL: "https://corp.awsapps.com/start"}
	path := b.processFile(s)
	if err := b.writeSidecar(path, ""); err != nil {
		t.Fatal(err)
	}
	for content, want := range map[string]string{
		`lanyard-holder 7 "elsewhere" "s3 ls"` + "\n":             "process 7 on elsewhere (s3 ls)",
		`lanyard-holder 7 "elsewhere" ""` + "\n":                  "process 7 on elsewhere",
		`lanyard-holder 7 "x\nlanyard: error" "s3 ls"` + "\n":     "another process",
		`lanyard-holder 7 "x" "\x1b[2J"` + "\n":                   "another process",
		`lanyard-holder 7 "x" "\u202e"` + "\n":                    "another process",
		`lanyard-holder -7 "x" "y"` + "\n":                        "another process",
		`lanyard-holder 0 "x" "y"` + "\n":                         "another process",
		`lanyard-holder 7 x y` + "\n":                             "another process",
		`{"pid": 7}`:                                              "another process",
		`lanyard-holder 7 "` + strings.Repeat("x", 2000) + `" ""`: "another process",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := b.signInProcess(s).String(); got != want {
			t.Errorf("content %q: %q, want %q", content, got, want)
		}
	}
}
