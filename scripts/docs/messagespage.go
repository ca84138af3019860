// The generated part of docs/messages.md.

package main

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// allMessages is the heading before the generated part of docs/messages.md.
const allMessages = "## All messages\n"

// An area is a heading of the page, and the packages whose messages it has.
type area struct {
	title    string
	packages []string // folders of internal/; a folder in cmd/ is named without cmd/ and its ending
}

// areas returns the headings. The last has the packages that no other heading has.
func areas() []area {
	return []area{
		{"The command line", []string{"awscli", "awsnames", "cmdline", "command", "complete", "completion", "help", "output", "pick", "picker", "shell", "shim"}},
		{"Config, settings and profiles", []string{"awsconfig", "configfile", "configure", "profile", "profiles", "profilesync", "rulefile", "settings", "wizard"}},
		{"Sessions and sign-ins", []string{"broker", "browser", "idcenter", "proxyenv", "signin", "sso", "ssocache", "starturl", "status"}},
		{"Credentials and programs", []string{"child", "container", "credentials", "credfile", "credserver", "exec", "kubeconfig", "rolecache", "serve", "signproxy"}},
		{"Agent and stores", []string{"agent", "keystore", "store"}},
		{"Accounts and roles", []string{"fanout", "inventory", "listing", "run"}},
		{"Rules and the audit record", []string{"audit", "caller", "grant", "guard", "opclass"}},
		{"The AWS console", []string{"console"}},
		{"AWS operations", []string{"engine", "service"}},
		{"The emulator", []string{"emulator"}},
		{"Files, network and other messages", nil},
	}
}

// areaOf returns the title of the heading for a file.
func areaOf(file string) string {
	folder, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(file, "internal/"), "cmd/"), "/")
	if strings.HasPrefix(file, "internal/cmd/") {
		folder = strings.TrimSuffix(folder, "cmd")
	}
	all := areas()
	for _, a := range all {
		if slices.Contains(a.packages, folder) {
			return a.title
		}
	}
	return all[len(all)-1].title
}

// messageTables returns the generated part of docs/messages.md: a table for each area.
func messageTables(root fs.FS) (string, error) {
	found, err := messagesOf(root, "internal")
	if err != nil {
		return "", err
	}
	rows := map[string][]message{}
	for _, m := range found {
		title := areaOf(m.file)
		list := rows[title]
		if n := len(list) - 1; n >= 0 && list[n].text == m.text { // several hints of one message
			if m.hint != "" {
				list[n].hint = strings.TrimPrefix(list[n].hint+"\nor: "+m.hint, "\nor: ")
			}
			list[n].code = max(list[n].code, m.code)
			continue
		}
		rows[title] = append(list, m)
	}
	var b strings.Builder
	for _, a := range areas() {
		fmt.Fprintf(&b, "\n### %s\n\n| message | exit code | what to type |\n|---|---|---|\n", a.title)
		for _, m := range rows[a.title] {
			code := m.code
			if code == "" && m.hint != "" {
				code = "255"
			}
			fmt.Fprintf(&b, "| %s | %s | %s |\n", inCode(m.text), code, inCode(strings.NewReplacer("\n…", "\n", "or: …", "or: ").Replace("\n"+m.hint)))
		}
	}
	return b.String(), nil
}

// inCode returns a text for a cell of a table: each line is code.
func inCode(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line == "…" {
			continue
		}
		or := ""
		if rest, ok := strings.CutPrefix(line, "or: "); ok {
			or, line = "or ", rest
			if line == "…" || line == "" {
				continue
			}
		}
		mark := "`"
		if strings.Contains(line, "`") {
			mark = "``"
		}
		lines = append(lines, or+mark+strings.ReplaceAll(line, "|", `\|`)+mark)
	}
	return strings.Join(lines, "<br>")
}
