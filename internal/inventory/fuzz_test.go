package inventory_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/inventory"
)

// Any content of the file can be read. A part of a line at the end changes nothing.
func FuzzList(f *testing.F) {
	f.Add("begin\t1\tmissing\npage\t2\tnext\t000000000012\tname\tmail\nroles\t3\t000000000012\t\tb\ta\n")
	f.Add("account\t5\t000000000012\tn\\t\\\\\t\ta\nfailed\t1\t000000000012\tc\t403\tm\naccounts\t6\tservice\nend\t7\tcomplete\t5\n")
	f.Add("given\t1\t000000000012\tn\t\nagain\t1\nanew\t1\t000000000012\nend\t7\tincomplete\n")
	f.Fuzz(func(t *testing.T, content string) {
		v := inventory.Open(t.TempDir(), inventory.Identity{Session: "corp", Origin: "aws", SignIn: "x"})
		if err := os.MkdirAll(filepath.Dir(v.Path()), 0o700); err != nil {
			t.Fatal(err)
		}
		read := func(content string) inventory.List {
			if err := os.WriteFile(v.Path(), []byte("lanyard-inventory 1\tcorp\t\t\taws\tx\t\n"+content), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := v.Read()
			if err != nil {
				t.Fatal(err)
			}
			return l
		}
		whole := read(content)
		if whole.Complete && len(whole.Failed) > 0 {
			t.Error("a complete list has failures")
		}
		if i := strings.LastIndexByte(content, '\n'); i >= 0 {
			if diff := cmp.Diff(whole, read(content[:i+1])); diff != "" {
				t.Errorf("a part of a line at the end changes the list:\n%s", diff)
			}
		}
	})
}
