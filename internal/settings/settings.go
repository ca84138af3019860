// Package settings reads lanyard's own settings, ~/.config/lanyard/config.yaml. The settings of
// profiles and sessions are in the AWS config instead: see package profile.
//
// The file is read strictly. A key that lanyard does not know is an error that names the file and
// the line, because a typo would otherwise turn a rule off.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/rulefile"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Settings holds the content of the file. The zero value stands for a missing file.
type Settings struct {
	Path      string // of the file, even if it does not exist; "" if there is no home folder
	Inventory Inventory
	Audit     Audit
	// Guard is the list "guard", which package guard parses. It is nil if the file has no such list.
	Guard *yaml.Node

	// MayRule reports whether the file can have rules about roles: see [rulefile.HasRules]. It is
	// also valid after an error. It is true if the file cannot be read.
	MayRule bool

	// Profiles is the section "profiles", whose reader checks it. It is nil if the file has no such
	// section. Its nodes have the lines of the file.
	Profiles *yaml.Node
}

// Inventory is the section "inventory".
type Inventory struct {
	// Source is the list of accounts: an absolute path, or an https URL. "" means that the portal
	// lists the accounts. A path in the file may begin with ~, and may be relative to the folder of
	// the file.
	Source string
	SHA256 string // the checksum of the list: 64 hexadecimal digits in lower case
	Line   int    // of Source
}

// An Error reports an invalid setting. It matches no other error.
type Error struct {
	Path string
	Line int // 0 if the whole file is invalid
	Msg  string
}

func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Path + ": " + e.Msg
	}
	return fmt.Sprintf("%s, line %d: %s", e.Path, e.Line, e.Msg)
}

// ExitStatus returns the AWS CLI's exit code for an invalid configuration.
func (e *Error) ExitStatus() int { return 253 }

// Path returns the path of the file: see [rulefile.Path].
func Path(env userpath.Env) string { return rulefile.Path(env) }

// Read reads the file. A missing file has no settings. An error names the file and, if it can, the
// line.
func Read(env userpath.Env) (Settings, error) { return ReadFile(Path(env), env) }

// ReadFile does the same as [Read], for a file at any path. An empty path stands for a missing file.
func ReadFile(path string, env userpath.Env) (Settings, error) {
	s := Settings{Path: path}
	if path == "" {
		return s, nil
	}
	data, err := datafile.Read(path, datafile.Limit)
	switch {
	case rulefile.Missing(path, err):
		return s, nil
	case err != nil:
		s.MayRule = true
		return s, &Error{Path: path, Msg: "cannot be read: " + err.Error()}
	}
	s.MayRule = rulefile.HasRules(data)
	top, err := Document(path, data)
	if err != nil || top == nil {
		return s, err
	}
	sections, err := s.members(top, "the file", "audit", "guard", "inventory", "profiles")
	if err != nil {
		return s, err
	}
	s.Guard, s.Profiles = sections["guard"], sections["profiles"]
	if section := sections["audit"]; section != nil {
		if err := s.audit(section); err != nil {
			return s, err
		}
	}
	if section := sections["inventory"]; section != nil {
		err = s.inventory(section, env)
	}
	return s, err
}

// Document parses a file with one YAML document. It returns nil for an empty file. A second document
// is an error, because its rules would not apply.
func Document(path string, data []byte) (*yaml.Node, error) {
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	switch err := d.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		line, msg := position(err)
		return nil, &Error{path, line, msg}
	}
	if err := d.Decode(&more); err == nil {
		return nil, &Error{path, more.Line, "the file has more than one YAML document"}
	} else if !errors.Is(err, io.EOF) {
		line, msg := position(err)
		return nil, &Error{path, line, msg}
	}
	return doc.Content[0], nil
}

// position splits the error of a YAML parser into a line and a text.
func position(err error) (line int, msg string) {
	text := err.Error()
	if m := regexp.MustCompile(`^yaml: line (\d+): `).FindStringSubmatch(text); m != nil {
		_, _ = fmt.Sscan(m[1], &line)
		text = text[len(m[0]):]
	}
	text = "not valid YAML: " + strings.TrimPrefix(text, "yaml: ")
	if strings.Contains(text, "anchor") || strings.Contains(text, "alphabetic or numeric") {
		text += "; put quotes around a text that begins with *"
	}
	return line, text
}

// members returns the values of a mapping by key. It returns an error for an unknown or repeated
// key. A null is an empty mapping.
func (s *Settings) members(n *yaml.Node, name string, known ...string) (map[string]*yaml.Node, error) {
	if n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil, nil
	}
	if n.Kind != yaml.MappingNode {
		return nil, &Error{s.Path, n.Line, name + " must have keys and values"}
	}
	values := map[string]*yaml.Node{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		ok := false
		for _, k := range known {
			ok = ok || k == key.Value
		}
		if !ok {
			return nil, &Error{s.Path, key.Line, fmt.Sprintf("unknown key %q; %s can have: %s", key.Value, name, strings.Join(known, ", "))}
		}
		if values[key.Value] != nil {
			return nil, &Error{s.Path, key.Line, fmt.Sprintf("the key %q is repeated", key.Value)}
		}
		values[key.Value] = value
	}
	return values, nil
}

// text returns the value of a key that must be a string. A missing key is "".
func (s *Settings) text(values map[string]*yaml.Node, key string) (string, int, error) {
	n := values[key]
	switch {
	case n == nil:
		return "", 0, nil
	case n.Kind != yaml.ScalarNode || n.Tag == "!!null" || n.Value == "":
		return "", n.Line, &Error{s.Path, n.Line, key + " must be a text"}
	}
	return n.Value, n.Line, nil
}

// inventory reads the section "inventory".
func (s *Settings) inventory(n *yaml.Node, env userpath.Env) error {
	values, err := s.members(n, "inventory", "source", "sha256")
	if err != nil {
		return err
	}
	source, line, err := s.text(values, "source")
	if err != nil {
		return err
	}
	sum, sumLine, err := s.text(values, "sha256")
	if err != nil {
		return err
	}
	sum = strings.ToLower(sum)
	scheme, _, isURL := strings.Cut(source, "://")
	switch {
	case source == "" && sum == "":
		return nil
	case source == "":
		return &Error{s.Path, sumLine, "inventory.sha256 needs inventory.source"}
	case isURL && !strings.EqualFold(scheme, "https"):
		return &Error{s.Path, line, fmt.Sprintf("inventory.source: %s is not allowed; use https or a path", scheme)}
	case sum == "":
		return &Error{s.Path, line, "inventory.source needs inventory.sha256, the checksum that lanyard accounts export prints"}
	case !regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(sum):
		return &Error{s.Path, sumLine, "inventory.sha256 must have 64 hexadecimal digits"}
	case !isURL:
		if source = userpath.ExpandUser(source, env); !filepath.IsAbs(source) {
			source = filepath.Join(filepath.Dir(s.Path), source)
		}
	}
	s.Inventory = Inventory{Source: source, SHA256: sum, Line: line}
	return nil
}
