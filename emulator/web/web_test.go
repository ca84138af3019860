package web

import (
	"fmt"
	"strings"
	"testing"
)

func TestEveryPageRenders(t *testing.T) {
	pages, err := New()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".html")
		if !ok || name == "layout" {
			continue
		}
		n++
		for _, p := range []Page{
			{Title: "T"},
			{
				Title: "<T>", Good: true, Message: "<m>", User: "<u>", Client: "<c>", UserCode: "<x>", NeedCode: true, Scopes: Describe([]string{"openid", "<s>"}),
				Accounts: []Account{{ID: "1", Name: "<n>", Roles: []Role{{Name: "<r>", Keys: "/k", Console: "/c"}}}}, Next: "/n", Snippets: []Snippet{{"l", "<t>"}},
			},
		} {
			b, err := pages.Render(name, p)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			text := string(b)
			if !strings.Contains(text, fmt.Sprintf(`<main id="%s">`, name)) || !strings.Contains(text, `<html lang="en">`) {
				t.Errorf("%s lacks its id or its language: %s", name, text)
			}
			for _, raw := range []string{"<T>", "<m>", "<u>", "<c>", "<x>", "<s>", "<n>", "<r>", "<t>"} {
				if strings.Contains(text, raw) {
					t.Errorf("%s shows %s unescaped", name, raw)
				}
			}
			if got, want := strings.Count(text, `method="post"`), strings.Count(text, `name="csrf"`); got != want {
				t.Errorf("%s: %d POST forms, but %d CSRF tokens", name, got, want)
			}
		}
	}
	if n != len(pages.byName) {
		t.Errorf("%d template files, want %d, the number of pages", n, len(pages.byName))
	}
	if _, err := pages.Render("nope", Page{}); err == nil {
		t.Error("Render accepts an unknown page")
	}
}

func TestDescribe(t *testing.T) {
	if got := Describe(nil); len(got) != 1 || got[0].Meaning == "" {
		t.Errorf("no scopes: %+v", got)
	}
	if got := Describe([]string{"codewhisperer:completions"}); got[0].Name != "codewhisperer:completions" || got[0].Meaning != "" {
		t.Errorf("a scope of another service: %+v", got)
	}
}
