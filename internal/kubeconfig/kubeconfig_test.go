package kubeconfig

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func prod() Cluster {
	return Cluster{
		Name: "arn:prod", CA: "Q0E=", Server: "https://prod", User: "arn:prod", Context: "prod", Program: "lanyard",
		Args: []string{"eks", "get-token", "--cluster-name", "prod"}, Env: [][2]string{{"AWS_PROFILE", "12"}},
	}
}

// The texts of the entries of prod.
const (
	clusterText = "- cluster:\n    certificate-authority-data: Q0E=\n    server: https://prod\n  name: arn:prod\n"
	contextText = "- context:\n    cluster: arn:prod\n    user: arn:prod\n  name: prod\n"
	programText = "exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - eks\n      - get-token\n      - --cluster-name\n      - prod\n" +
		"      command: lanyard\n      env:\n      - name: AWS_PROFILE\n        value: '12'\n"
	userText = "- name: arn:prod\n  user:\n    " + programText
)

func indented(text string) string {
	return "  " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n  ") + "\n"
}

func TestAdd(t *testing.T) {
	const fresh = "apiVersion: v1\nclusters:\n" + clusterText + "contexts:\n" + contextText + "current-context: prod\nkind: Config\npreferences: {}\nusers:\n" + userText
	tests := []struct{ name, old, want string }{
		{"no file", "", fresh},
		{"only comments", "# mine", "# mine\n" + fresh},
		{"the same entries", fresh, fresh},
		{
			"other entries, comments and unknown keys",
			"# top\nkind: Config\nx-mine: {a: 1}\n\nclusters:   # all\n# first\n- name: other\n  cluster: {server: 'https://other'}   # flow\n\n# the users\nusers:\n- user: {token: \"abc\"}\n  name: u\ncontexts: []  # none yet\ncurrent-context: \"other\"  # now\n# end\n",
			"# top\nkind: Config\nx-mine: {a: 1}\n\nclusters:   # all\n# first\n- name: other\n  cluster: {server: 'https://other'}   # flow\n" + clusterText +
				"\n# the users\nusers:\n- user: {token: \"abc\"}\n  name: u\n" + userText + "contexts: # none yet\n" + contextText + "current-context: prod # now\n# end\n",
		},
		{
			"indented lists",
			"clusters:\n  - cluster:\n      server: https://other\n    name: other\nusers:\ncontexts: null\n",
			"clusters:\n  - cluster:\n      server: https://other\n    name: other\n" + indented(clusterText) + "users:\n" + userText + "contexts:\n" + contextText + "current-context: prod\n",
		},
		{
			"an old entry with unknown keys",
			"clusters:\n# before\n- name: arn:prod # the name\n  cluster:\n    tls-server-name: x\n    insecure-skip-tls-verify: true\n    server: https://old # the URL\n    proxy-url: http://old\n  extensions: []\n# after\n- {name: z}\n" +
				"contexts:\n- context:\n    cluster: old\n    namespace: web\n    user: old\n  name: prod\nusers:\n- name: arn:prod\n  user:\n    token: old\n    exec:\n      interactiveMode: Never\n      command: aws\n",
			"clusters:\n# before\n- name: arn:prod # the name\n  cluster:\n    tls-server-name: x\n    server: https://prod # the URL\n    certificate-authority-data: Q0E=\n  extensions: []\n# after\n- {name: z}\n" +
				"contexts:\n- context:\n    cluster: arn:prod\n    namespace: web\n    user: arn:prod\n  name: prod\nusers:\n- name: arn:prod\n  user:\n    exec:\n      interactiveMode: Never\n      command: lanyard\n" +
				"      apiVersion: client.authentication.k8s.io/v1beta1\n      args:\n      - eks\n      - get-token\n      - --cluster-name\n      - prod\n      env:\n      - name: AWS_PROFILE\n        value: '12'\ncurrent-context: prod\n",
		},
		{"Windows line endings", strings.ReplaceAll("kind: Config\nclusters:\n- name: a\n", "\n", "\r\n"), strings.ReplaceAll("kind: Config\nclusters:\n- name: a\n"+clusterText+"contexts:\n"+contextText+"users:\n"+userText+"current-context: prod\n", "\n", "\r\n")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := prod().Add([]byte(tt.old))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Error(diff)
			}
			again, err := prod().Add(got)
			if diff := cmp.Diff(string(got), string(again)); diff != "" || err != nil {
				t.Errorf("the second time changes the file: %v %s", err, diff)
			}
		})
	}
}

// Files in an unusual form keep their values and comments.
func TestAddKeepsValues(t *testing.T) {
	for _, old := range []string{
		`{"kind": "Config", "clusters": [{"name": "a", "cluster": {"server": "s"}}], "current-context": "a"}`,
		"kind: Config # kept\nclusters: [{name: a}]\n",
		"? kind\n: Config\nclusters:\n-\n  name: arn:prod\n",
		"x: &a {server: s}\nclusters:\n- name: a\n  cluster: *a\n",
		"current-context: >-\n  folded\n  text\nkind: Config\n",
	} {
		got, err := prod().Add([]byte(old))
		if err != nil {
			t.Errorf("%q: %v", old, err)
			continue
		}
		var before, after map[string]any
		if err := yaml.Unmarshal([]byte(old), &before); err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(got, &after); err != nil {
			t.Errorf("%q: %v", old, err)
		}
		has, err := Has(got, "arn:prod")
		if !has || err != nil || after["current-context"] != "prod" || after["kind"] != before["kind"] || strings.Contains(old, "# kept") != strings.Contains(string(got), "# kept") {
			t.Errorf("%q became\n%s", old, got)
		}
	}
}

func TestNotAKubeconfig(t *testing.T) {
	for _, old := range []string{"- a\n", "text", "clusters: text\n", "users: [a]\n", "a: 1\na: 2\n", "a: [\n", "a: 1\n---\nb: 2\n", "\x00"} {
		if got, err := prod().Add([]byte(old)); err == nil {
			t.Errorf("%q became %q without an error", old, got)
		}
		if _, err := Has([]byte(old), "arn:prod"); err == nil {
			t.Errorf("%q is a kubeconfig", old)
		}
	}
}

// FuzzAdd checks that the entries are there afterwards, that the other values are the same, and that
// the second time changes nothing.
func FuzzAdd(f *testing.F) {
	f.Add("kind: Config\nclusters:\n- name: a\n  cluster: {server: x} # c\n\nusers: []\ncurrent-context: a\n")
	f.Add("{clusters: [{name: arn:prod}], contexts: null}")
	f.Add("clusters:\n  - name: arn:prod\n    cluster: |\n      text\n\n# c\nusers:\n- name: b\n")
	f.Fuzz(func(t *testing.T, old string) {
		got, err := prod().Add([]byte(old))
		if err != nil {
			return
		}
		if has, err := Has(got, "arn:prod"); !has || err != nil {
			t.Fatalf("%q became %q: %v", old, got, err)
		}
		again, err := prod().Add(got)
		if err != nil || string(again) != string(got) && strings.Count(old, "arn:prod") == 0 {
			t.Errorf("%q became %q, and then %q: %v", old, got, again, err)
		}
	})
}

func TestEdit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "config")
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			err := Edit(t.Context(), path, func(old []byte) ([]byte, error) { return append(old, 'x'), nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	b, err := os.ReadFile(path)
	if err != nil || len(b) != 20 {
		t.Errorf("%q, %v, want the change of each of the 20 edits", b, err)
	}
	if _, err := os.Stat(path + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock remains: %v", err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		t.Errorf("mode %v, %v, want a private file", info.Mode(), err)
	}
	problem := errors.New("no")
	if err := Edit(t.Context(), path, func([]byte) ([]byte, error) { return nil, problem }); !errors.Is(err, problem) {
		t.Errorf("error %v, want the error of the change", err)
	}
	if err := os.WriteFile(path+".lock", nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Edit(ctx, path, func(old []byte) ([]byte, error) { return old, nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v while another program has the lock, want the error of the context", err)
	}
}
