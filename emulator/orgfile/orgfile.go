// Package orgfile reads organization files, which describe the organization of an
// emulator in YAML. [Example] shows all fields.
package orgfile

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/lanyard-cli/lanyard/emulator"
)

//go:embed example.yaml
var example string

// Example returns an organization file that contains and explains all fields.
func Example() string { return example }

// An Error reports an error in an organization file.
type Error struct {
	File string
	Line int
	// Field is the path of the entry, such as "accounts[2].id"; "" if the file is not
	// YAML.
	Field   string
	Problem string
}

func (e *Error) Error() string {
	if e.Field == "" {
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s: %s", e.File, e.Line, e.Field, e.Problem)
}

// Load reads the organization file at path. If its content is wrong, the error is an
// *[Error].
func Load(path string) (emulator.Config, error) {
	data, err := read(path)
	if err != nil {
		return emulator.Config{}, err
	}
	return Parse(path, data)
}

// Parse parses the content of an organization file. Its errors have the type *[Error] and contain
// the name.
func Parse(name string, data []byte) (emulator.Config, error) {
	r := &reader{file: name, lines: map[string]int{}}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return emulator.Config{}, notYAML(name, err)
	}
	var c emulator.Config
	if len(doc.Content) == 1 {
		r.config(doc.Content[0], &c)
	} else {
		r.fail(&yaml.Node{Line: 1}, "organization", "the file is empty")
	}
	if r.err != nil {
		return emulator.Config{}, r.err
	}
	if err := c.Validate(); err != nil {
		var field *emulator.FieldError
		if !errors.As(err, &field) {
			return emulator.Config{}, err
		}
		return emulator.Config{}, &Error{name, r.line(field.Field), field.Field, field.Problem}
	}
	return c, nil
}

// notYAML returns an Error for an error of the YAML package, such as "yaml: line 3: did
// not find …".
func notYAML(name string, err error) error {
	e := &Error{File: name, Line: 1, Problem: strings.TrimPrefix(err.Error(), "yaml: ")}
	var line int
	if n, _ := fmt.Sscanf(e.Problem, "line %d:", &line); n == 1 {
		_, rest, _ := strings.Cut(e.Problem, ": ")
		e.Line, e.Problem = line, rest
	}
	return e
}
