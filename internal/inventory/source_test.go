package inventory_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/inventory"
)

func TestExportAndSource(t *testing.T) {
	l := inventory.List{Accounts: []inventory.Account{
		{ID: "000000000012", Name: "-a <b> \u2028", Email: "secret@example.com", Roles: []string{"Admin"}}, {ID: "111122223333", Name: "生産"},
	}}
	data, sum, err := inventory.Export(l)
	if err != nil || strings.Contains(string(data), "secret@") || strings.Contains(string(data), "Admin") {
		t.Fatalf("Export = %q, %v", data, err)
	}
	home := t.TempDir()
	path := filepath.Join(home, "accounts.jsonl")
	served, requests := data, 0
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests++
		switch {
		case r.Header.Get("Authorization") != "" || r.Header.Get("Cookie") != "":
			t.Errorf("the request has secrets: %v", r.Header)
		case r.URL.Path == "/moved":
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
			return
		case served == nil:
			http.Error(w, "no", http.StatusNotFound)
			return
		}
		_, _ = w.Write(served)
	}))
	defer srv.Close()
	good := func(location string) inventory.Source { return inventory.Source{Location: location, SHA256: sum} }
	read := func(s inventory.Source, current bool, reason string) {
		t.Helper()
		given, why := s.Read(t.Context(), home, srv.Client())
		if given == nil {
			t.Fatal(why)
		}
		if given.Current != current || len(given.Accounts) != 2 || given.Accounts[0].Name != l.Accounts[0].Name || given.Accounts[0].ID != "000000000012" {
			t.Errorf("Read = %+v", given)
		}
		if (why == nil) != current || why != nil && !strings.Contains(why.Error(), reason) {
			t.Errorf("reason %v, want %q", why, reason)
		}
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	read(good(path), true, "")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	read(good(path), true, "") // the copy has the checksum
	read(good(filepath.Join(home, "moved")), true, "")
	if err := os.RemoveAll(inventory.Folder(home)); err != nil {
		t.Fatal(err)
	}

	url := srv.URL + "/accounts.jsonl"
	read(good(url), true, "")
	read(good(url), true, "")
	if requests != 1 {
		t.Errorf("%d downloads, want 1", requests)
	}
	other := good(url)
	other.SHA256 = strings.Repeat("0", 64)
	read(other, false, "its checksum is "+sum)
	served = nil
	read(other, false, "HTTP 404")
	for location, want := range map[string]string{srv.URL + "/new": "HTTP 404", srv.URL + "/moved": "without https", filepath.Join(home, "none"): "open "} {
		given, why := good(location).Read(t.Context(), t.TempDir(), srv.Client())
		if given != nil || why == nil || !strings.Contains(why.Error(), want) || !strings.Contains(why.Error(), location) {
			t.Errorf("%s: %+v, %v, want %q", location, given, why, want)
		}
	}
}

func TestSourceWithInvalidLines(t *testing.T) {
	for content, want := range map[string]string{
		"":                         "has no accounts",
		"not JSON\n":               "line 1: invalid character",
		`{"accountId":12}`:         "line 1: json",
		"\n" + `{"accountId":"1"}`: `line 2: accountId "1" does not have 12 digits`,
		`{"accountId":"111122223333"}` + "\n" + `{"accountId":"111122223333"}`: "line 2: account 111122223333 is repeated",
	} {
		home := t.TempDir()
		path := filepath.Join(home, "list")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		given, why := (inventory.Source{Location: path, SHA256: sumOf(content)}).Read(t.Context(), home, nil)
		if given != nil || why == nil || !strings.Contains(why.Error(), want) {
			t.Errorf("%q: %+v, %v, want %q", content, given, why, want)
		}
	}
}

func TestFind(t *testing.T) {
	l := inventory.List{Accounts: []inventory.Account{
		{ID: "000000000012", Name: "Prod", Roles: []string{"Admin", "ReadOnly"}},
		{ID: "111122223333", Name: "eu-prod", Email: "team-x@example.com", Roles: []string{"Admin"}},
		{ID: "222222222222", Name: "reproduction"},
		{ID: "333333333333", Name: "İstanbul", Roles: []string{"AWSProdAccess"}},
		{ID: "444444444444", Name: "Zürich-Dev", Roles: []string{"Écriture"}},
		{ID: "555555555555", Name: "Zu\u0308rich"},
		{ID: "666666666666", Name: "バックアップ"},
	}}
	for words, want := range map[string]string{
		"prod":           "Prod/Admin Prod/ReadOnly eu-prod/Admin İstanbul/AWSProdAccess reproduction/",
		"PROD admin":     "Prod/Admin eu-prod/Admin",
		"1111-2222-3333": "eu-prod/Admin",
		"000000000012":   "Prod/Admin Prod/ReadOnly",
		"team-x only":    "",
		"team-x":         "eu-prod/Admin",
		"istanbul":       "İstanbul/AWSProdAccess",
		"prod stan":      "İstanbul/AWSProdAccess",
		"readonly":       "Prod/ReadOnly",
		"zurich":         "Zu\u0308rich/ Zürich-Dev/Écriture",
		"ZÜRICH ecrit":   "Zürich-Dev/Écriture",
		"ハ":              "", // another letter than バ
	} {
		var got []string
		for _, m := range l.Find(strings.Fields(words)) {
			got = append(got, m.Account.Name+"/"+m.Role)
		}
		if !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("Find(%q) = %q, want %q", words, got, want)
		}
	}
	var many inventory.List
	for i := range 1000 {
		many.Accounts = append(many.Accounts, inventory.Account{ID: fmt.Sprintf("%012d", i), Name: "acct", Roles: []string{"a", "b"}})
	}
	found := many.Find([]string{"acct"})
	if len(found) != 2000 || !slices.IsSortedFunc(found, func(a, b inventory.Match) int { return strings.Compare(a.Account.ID, b.Account.ID) }) {
		t.Error("equal matches are not in the order of the list")
	}
}
