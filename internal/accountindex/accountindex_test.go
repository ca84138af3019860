package accountindex_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
)

// write writes an index, and opens it.
func write(t testing.TB, entries []accountindex.Entry) *accountindex.Index {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.index")
	if err := accountindex.Write(path, accountindex.Source{Session: "a\tb", Origin: "aws"}, slices.Values(entries)); err != nil {
		t.Fatal(err)
	}
	x, err := accountindex.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	if x.Source != (accountindex.Source{Session: "a\tb", Origin: "aws"}) {
		t.Errorf("Source = %+v", x.Source)
	}
	return x
}

// sorted returns accounts of many kinds, in the order of an index.
func sorted(n int) []accountindex.Entry {
	var all []accountindex.Entry
	for i := range n {
		name := fmt.Sprintf("team-%02d-%05d", i%13, i)
		if i%11 == 0 {
			name = strings.Repeat("生", i%7+1) + fmt.Sprint(i)
		}
		for _, role := range []string{"Admin", "Read\\Only"} {
			all = append(all, accountindex.Entry{AccountName: name, AccountID: fmt.Sprintf("%012d", i), Role: role})
		}
	}
	slices.SortFunc(all, func(a, b accountindex.Entry) int {
		return strings.Compare(a.AccountName+"\x00"+a.AccountID+"\x00"+a.Role, b.AccountName+"\x00"+b.AccountID+"\x00"+b.Role)
	})
	return all
}

// ByName finds the same entries as a look at every entry, in small and large indexes.
func TestByName(t *testing.T) {
	for _, n := range []int{0, 1, 3, 50, 3000} {
		all := sorted(n)
		x := write(t, all)
		if got := slices.Collect(x.Entries); !slices.Equal(got, all) {
			t.Errorf("%d accounts: Entries has %d entries, want %d", n, len(got), len(all))
		}
		beginnings := []string{"", "t", "team-05", "team-12-0299", "team-99", "生", "生生生", "a", "zzz", "team-00-00013"}
		for _, e := range all[:min(len(all), 40)] {
			beginnings = append(beginnings, e.AccountName)
		}
		for _, b := range beginnings {
			var want []accountindex.Entry
			for _, e := range all {
				if strings.HasPrefix(e.AccountName, b) {
					want = append(want, e)
				}
			}
			var got []accountindex.Entry
			x.ByName(b, func(e accountindex.Entry) bool {
				got = append(got, e)
				return true
			})
			if !slices.Equal(got, want) {
				t.Errorf("%d accounts: ByName(%q) has %d entries, want %d", n, b, len(got), len(want))
			}
		}
	}
}

func TestInvalidIndexes(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{"empty.index": "", "other.index": "something else\n", "torn.index": "lanyard-index 1\tcorp"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := accountindex.Open(filepath.Join(dir, name)); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("Open(%s) = %v", name, err)
		}
	}
	if all := accountindex.All(dir, "aws"); len(all) != 0 {
		t.Errorf("All opened %d indexes", len(all))
	}
}

// Any file can be read: the lines that are valid are found, and no look-up panics or hangs.
func FuzzIndex(f *testing.F) {
	f.Add("lanyard-index 1\tcorp\taws\na\t1\tr\nb\t2\ts\n", "b")
	f.Add("lanyard-index 1\tcorp\taws\n\\\t\\t\t\n\n\n", "\\")
	f.Fuzz(func(t *testing.T, content, beginning string) {
		path := filepath.Join(t.TempDir(), "x.index")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		x, err := accountindex.Open(path)
		if err != nil {
			return
		}
		defer x.Close()
		x.ByName(beginning, func(e accountindex.Entry) bool {
			if !strings.HasPrefix(e.AccountName, beginning) {
				t.Errorf("ByName(%q) yields %q", beginning, e.AccountName)
			}
			return true
		})
	})
}
