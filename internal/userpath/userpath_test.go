package userpath

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"
)

func TestExpandsAsPythonDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/oracle.json") // see oracle.py
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	if err := json.Unmarshal(data, &rows); err != nil || len(rows) < 500 {
		t.Fatalf("%d rows, %v; want at least 500", len(rows), err)
	}
	users := func() string {
		return "# a comment:x:" + strconv.Itoa(os.Getuid()) + ":0::/c:\nroot:x:-2:0:root:/root:/bin/sh\njane:x:" + strconv.Itoa(os.Getuid()) + ":0:Jane:/home/jane:/bin/sh"
	}
	for _, row := range rows {
		vars, path := row[1].(map[string]any), row[2].(string)
		env := func(name string) (string, bool) {
			value, ok := vars[name].(string)
			return value, ok
		}
		user, expanded := posixUser(path, env, users), posixVars(path, env)
		if row[0] == "windows" {
			user, expanded = windowsUser(path, env), windowsVars(path, env)
		}
		if user != row[3] || expanded != row[4] {
			t.Errorf("%v %v %q: user %q, want %q; variables %q, want %q", row[0], vars, path, user, row[3], expanded, row[4])
		}
	}
}

func TestUnknownHomeIsNotExpanded(t *testing.T) {
	none := func(string) (string, bool) { return "", false }
	if got := posixUser("~/x", none, func() string { return "" }); got != "~/x" {
		t.Errorf("posixUser = %q, want ~/x unchanged", got)
	}
}
