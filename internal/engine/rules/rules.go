// Package rules evaluates AWS's endpoint rules: a tree of conditions whose leaves are endpoints and
// errors. The rules are a part of AWS's models.
//
// The generator of the tables writes rules as lines, which [Parse] reads. [Set.Resolve] finds the
// endpoint for parameters. It parses only the rules that it evaluates.
package rules

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A Set holds the endpoint rules of a service. It is safe for concurrent use.
type Set struct {
	parameters *document.Object // the defaults, or null, by the name of the parameter
	lines      []string         // see Write
}

// An Endpoint is the result of the rules.
type Endpoint struct {
	URL     string
	Headers [][2]string // headers to add to a request
	Schemes []Scheme    // the accepted signatures, the preferred first; empty means that of the service
	Backend string      // "S3Express", or ""
}

// A Scheme is a kind of signature. Empty fields mean the values of the service.
type Scheme struct {
	Name          string // "sigv4", "sigv4a", "sigv4-s3express"
	SigningName   string
	SigningRegion string
}

// A Refusal is the error of the rules for parameters that have no endpoint.
type Refusal string

func (e Refusal) Error() string { return string(e) }

// Parse reads rules as a table has them, with a tab before each line. The first line is a JSON object with the parameters, and their defaults or null. A
// further line is a rule. The rules inside a rule follow, with one more tab before each line:
//
//	isSet(Bucket) arn=aws.parseArn(Bucket) "an error with {Bucket}"
//	booleanEquals(UseFIPS,true)
//		not(isSet(Bucket)) {"url":"https://{Region}.example"}
//
// A rule has conditions, which call functions, and can set variables. The end of the line is an endpoint
// as in AWS's models, the text of an error, or nothing.
func Parse(text string) (*Set, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimPrefix(line, "\t")
	}
	first := lines[0]
	v, err := document.ParseJSON([]byte(first))
	if err != nil {
		return nil, fmt.Errorf("endpoint rules: %w", err)
	}
	parameters, ok := v.(*document.Object)
	if !ok {
		return nil, fmt.Errorf("endpoint rules: %s is not an object", first)
	}
	return &Set{parameters, lines[1:]}, nil
}

// Has reports whether the rules have a parameter.
func (s *Set) Has(parameter string) bool {
	_, ok := s.parameters.Get(parameter)
	return ok
}

// Resolve returns the endpoint for the parameters. It ignores parameters that the rules do not have.
// The function partition returns the data of the partition of a region; see aws.partition in AWS's
// description of the rules. The error is a [Refusal] if the parameters have no endpoint.
func (s *Set) Resolve(parameters map[string]any, partition func(region string) *document.Object) (*Endpoint, error) {
	e := &evaluation{lines: s.lines, scope: make(map[string]any), partition: partition}
	for name, v := range s.parameters.All() {
		if given, ok := parameters[name]; ok && given != nil {
			v = given
		}
		if v != nil {
			e.scope[name] = v
		}
	}
	found, err := e.walk(0, 0)
	if err == nil && found == nil {
		err = Refusal("no rule applies")
	}
	return found, err
}

// An evaluation is one evaluation of the rules.
type evaluation struct {
	lines     []string
	scope     map[string]any // the parameters, and the variables of the conditions
	partition func(region string) *document.Object
}

// walk evaluates the rules at a depth from line i on, and the rules inside them. It returns nil if no
// rule applies.
func (e *evaluation) walk(i, depth int) (*Endpoint, error) {
	for ; i < len(e.lines); i++ {
		line := strings.TrimLeft(e.lines[i], "\t")
		switch at := len(e.lines[i]) - len(line); {
		case at < depth:
			return nil, nil
		case at > depth:
			continue // inside a rule that does not apply
		}
		found, err := e.rule(line, i, depth)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// rule evaluates the rule of line i.
func (e *evaluation) rule(line string, i, depth int) (*Endpoint, error) {
	var set []string
	defer func() {
		for _, name := range set {
			delete(e.scope, name)
		}
	}()
	for line != "" && line[0] != '"' && line[0] != '{' {
		name, rest := word(line)
		if strings.HasPrefix(rest, "=") {
			line = rest[1:]
		} else {
			name = ""
		}
		v, rest, err := e.expression(line)
		if err != nil {
			return nil, fmt.Errorf("endpoint rule %d: %w", i, err)
		}
		if v == nil || v == false {
			return nil, nil
		}
		if name != "" {
			e.scope[name] = v
			set = append(set, name)
		}
		line = strings.TrimPrefix(rest, " ")
	}
	if line == "" {
		return e.walk(i+1, depth+1)
	}
	end, err := document.ParseJSON([]byte(line))
	switch end := end.(type) {
	case string:
		return nil, Refusal(e.template(end))
	case *document.Object:
		return e.endpoint(end), nil
	}
	return nil, fmt.Errorf("endpoint rule %d: %w", i, cmp.Or(err, errSyntax))
}

func (e *evaluation) endpoint(end *document.Object) *Endpoint {
	found := &Endpoint{URL: e.template(text(end, "url"))}
	for name, v := range member(end, "headers").All() {
		if values, _ := v.([]any); len(values) > 0 {
			value, _ := values[0].(string)
			found.Headers = append(found.Headers, [2]string{name, e.template(value)})
		}
	}
	properties := member(end, "properties")
	found.Backend = text(properties, "backend")
	schemes, _ := properties.Get("authSchemes")
	list, _ := schemes.([]any)
	for _, s := range list {
		scheme, _ := s.(*document.Object)
		name, region := e.template(text(scheme, "signingName")), e.template(text(scheme, "signingRegion"))
		found.Schemes = append(found.Schemes, Scheme{text(scheme, "name"), name, region})
	}
	return found
}

// member returns a member that is an object, or nil.
func member(o *document.Object, name string) *document.Object {
	v, _ := o.Get(name)
	m, _ := v.(*document.Object)
	return m
}

// text returns a member that is a string, or "".
func text(o *document.Object, name string) string {
	v, _ := o.Get(name)
	s, _ := v.(string)
	return s
}
