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

// Parse reads rules. The first line is a JSON object with the parameters, and their defaults or null. A
// further line is a rule as in AWS's models, but without the rules inside it. Those follow with one
// more tab before the line.
func Parse(text string) (*Set, error) {
	first, rest, _ := strings.Cut(text, "\n")
	v, err := document.ParseJSON([]byte(first))
	if err != nil {
		return nil, fmt.Errorf("endpoint rules: %w", err)
	}
	parameters, ok := v.(*document.Object)
	if !ok {
		return nil, fmt.Errorf("endpoint rules: %s is not an object", first)
	}
	return &Set{parameters, strings.Split(strings.TrimSuffix(rest, "\n"), "\n")}, nil
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
		v, err := document.ParseJSON([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("endpoint rule %d: %w", i, err)
		}
		rule, _ := v.(*document.Object)
		found, err := e.rule(rule, i, depth)
		if found != nil || err != nil {
			return found, err
		}
	}
	return nil, nil
}

// rule evaluates the rule of line i.
func (e *evaluation) rule(rule *document.Object, i, depth int) (*Endpoint, error) {
	var set []string
	defer func() {
		for _, name := range set {
			delete(e.scope, name)
		}
	}()
	conditions, _ := rule.Get("conditions")
	list, _ := conditions.([]any)
	for _, c := range list {
		condition, _ := c.(*document.Object)
		v, err := e.call(condition)
		if err != nil {
			return nil, err
		}
		if v == nil || v == false {
			return nil, nil
		}
		if name := text(condition, "assign"); name != "" {
			e.scope[name] = v
			set = append(set, name)
		}
	}
	if reason, ok := rule.Get("error"); ok {
		v, err := e.value(reason)
		return nil, cmp.Or[error](err, Refusal(fmt.Sprint(v)))
	}
	if end := member(rule, "endpoint"); end != nil {
		return e.endpoint(end)
	}
	return e.walk(i+1, depth+1)
}

func (e *evaluation) endpoint(end *document.Object) (*Endpoint, error) {
	v, _ := end.Get("url")
	u, err := e.value(v)
	if err != nil {
		return nil, err
	}
	found := &Endpoint{URL: fmt.Sprint(u)}
	for name, v := range member(end, "headers").All() {
		values, _ := v.([]any)
		if len(values) == 0 {
			continue
		}
		first, err := e.value(values[0])
		if err != nil {
			return nil, err
		}
		found.Headers = append(found.Headers, [2]string{name, fmt.Sprint(first)})
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
	return found, nil
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
