package browser

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// A Choice is the browser that a setting or a flag names:
//
//	chrome, chrome:PROFILE         also chromium, brave, edge, vivaldi
//	firefox, firefox:PROFILE
//	firefox-container:NAME         a container of the add-on "Open external links in a container"
//	firefox-granted:NAME           a container of the add-on "Granted Containers"
//	PROGRAM ARGUMENT...            a command line, as in BROWSER; %s is the URL
//
// PROFILE, NAME and the arguments can have templates: see [Names]. The zero Choice is the user's
// default browser.
type Choice struct {
	text   string
	family string   // the name before the colon; "" for a command line
	name   string   // the text after the colon
	words  []string // of a command line
}

// Names are the values of the templates {account}, {account_name}, {role} and {profile}.
type Names struct{ Account, AccountName, Role, Profile string }

// The kinds of containers in Firefox, with the scheme of their URIs.
const (
	containerFamily = "firefox-container"
	grantedFamily   = "firefox-granted"
)

// ParseChoice reads the text of a setting or a flag. "" is the zero Choice.
func ParseChoice(text string) (Choice, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Choice{}, nil
	}
	for _, t := range template().FindAllString(text, -1) {
		if _, ok := (Names{}).value(t); !ok {
			return Choice{}, fmt.Errorf("%s is not a template: use {account}, {account_name}, {role} or {profile}", t)
		}
	}
	c := Choice{text: text}
	family, name, hasName := strings.Cut(text, ":")
	family, name = strings.ToLower(strings.TrimSpace(family)), strings.TrimSpace(name)
	_, known := chromiumFamily(family)
	isContainer := family == containerFamily || family == grantedFamily
	switch {
	case (hasName || isContainer) && name == "" && (known || isContainer || family == "firefox"):
		return Choice{}, fmt.Errorf("a name is missing: write %s:NAME", family)
	case known, isContainer, family == "firefox":
		c.family, c.name = family, name
		return c, nil
	}
	if c.words = split(text, runtime.GOOS != "windows"); len(c.words) == 0 {
		return Choice{}, errors.New("the name of the program is missing")
	}
	return c, nil
}

// IsZero reports whether c is the user's default browser.
func (c Choice) IsZero() bool { return c.text == "" }

// String returns the text of the choice.
func (c Choice) String() string { return c.text }

// OpenChoice opens url like [Open], but in the chosen browser.
func OpenChoice(ctx context.Context, c Choice, url string, names Names, env []string, output io.Writer) error {
	if c.IsZero() {
		return Open(ctx, url, env, output)
	}
	cmd, err := c.command(url, names, env)
	if err == nil {
		err = cmd.err
	}
	if err == nil {
		err = start(ctx, cmd, env, output, grace)
	}
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: %s", cmp.Or(cmd.name, c.text), reason(err))
	}
	return err
}

// command returns the command that opens url in the chosen browser.
func (c Choice) command(url string, names Names, env []string) (command, error) {
	if err := Allowed(url); err != nil {
		return command{}, err
	}
	url = escapeURL(url)
	name, err := names.fill(c.name)
	if err != nil {
		return command{}, err
	}
	switch c.family {
	case "":
		return c.program(url, names, env)
	case containerFamily, grantedFamily:
		return firefox(env, containerURI(c.family, name, url, names))
	case "firefox":
		switch {
		case strings.HasPrefix(name, "-"):
			return command{}, fmt.Errorf("%q cannot be the name of a profile", name)
		case name != "":
			return firefox(env, "-P", name, url)
		}
		return firefox(env, url)
	}
	family, _ := chromiumFamily(c.family)
	return family.command(name, url, env)
}

// program returns the command of a command line. It fills the templates after it has split the
// line, so that a name cannot become several arguments.
func (c Choice) program(url string, names Names, env []string) (command, error) {
	name, path, rest, err := program(c.words, env)
	switch {
	case err != nil:
		return command{name: name}, err
	case isCommandShell(name), runsInShell(path), slices.ContainsFunc(rest, isScript):
		return command{name: name}, errShell
	}
	args, hasURL := []string{name}, false
	for _, word := range rest {
		filled, err := names.fill(word, "%s", url)
		switch {
		case err != nil:
			return command{name: name}, err
		case strings.HasPrefix(filled, "-") && !strings.HasPrefix(word, "-"):
			return command{name: name}, fmt.Errorf("the argument %s begins with a dash, so the program would read it as an option", filled)
		}
		hasURL = hasURL || strings.Contains(word, "%s")
		args = append(args, filled)
	}
	if !hasURL {
		args = append(args, url)
	}
	return command{name, path, args, nil}, nil
}

// template matches a template.
var template = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{[a-z_]+\}`) })

// value returns the value of a template. ok is false if the template does not exist.
func (n Names) value(template string) (value string, ok bool) {
	switch template {
	case "{account}":
		return n.Account, true
	case "{account_name}":
		return cmp.Or(n.AccountName, n.Account), true
	case "{role}":
		return n.Role, true
	case "{profile}":
		return n.Profile, true
	}
	return "", false
}

// fill replaces the templates in a text, and the pairs of old and new texts. It replaces nothing
// in the new texts.
func (n Names) fill(text string, pairs ...string) (string, error) {
	for _, t := range template().FindAllString(text, -1) {
		v, _ := n.value(t)
		if v == "" {
			return "", fmt.Errorf("the value of %s is not known for this profile", t)
		}
		pairs = append(pairs, t, v)
	}
	return strings.NewReplacer(pairs...).Replace(text), nil
}

// firstProgram returns the command of the first program that exists.
func firstProgram(family string, programs []string, env []string, args ...string) (command, error) {
	for _, p := range programs {
		if path, err := findProgram(p, env); err == nil {
			return command{filepath.Base(path), path, append([]string{path}, args...), nil}, nil
		}
	}
	return command{name: family}, errors.New("this browser is not installed, or not in one of its usual places")
}

// installed returns the names of a program, and then its paths in the folders of programs on
// Windows, or in the applications of macOS.
func installed(env []string, windows, mac string, names ...string) []string {
	paths := slices.Clone(names)
	switch runtime.GOOS {
	case "windows":
		for _, variable := range []string{"ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"} {
			if dir := lookup(env, variable); dir != "" {
				paths = append(paths, filepath.Join(dir, filepath.FromSlash(windows)))
			}
		}
	case "darwin":
		for _, dir := range []string{"/Applications", filepath.Join(lookup(env, "HOME"), "Applications")} {
			paths = append(paths, filepath.Join(dir, mac))
		}
	}
	return paths
}

// userData returns the folder of a browser's user data. The arguments are relative to the folder
// of applications of each system.
func userData(env []string, windows, mac, unix string) string {
	home := lookup(env, "HOME")
	switch runtime.GOOS {
	case "windows":
		return filepath.Join(lookup(env, "LOCALAPPDATA"), filepath.FromSlash(windows))
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", mac)
	}
	config := lookup(env, "XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(home, ".config")
	}
	return filepath.Join(config, unix)
}

// isMissing reports whether err means that a file does not exist.
func isMissing(err error) bool { return errors.Is(err, os.ErrNotExist) }
