package main

import (
	"fmt"
	"maps"
	"regexp"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A rules holds the endpoint rules of a service as a tree of conditions. Its leaves are endpoints
// and errors.
type rules struct {
	root        *document.Object
	partitions  []*document.Object
	signingName string // the name of the service in signatures
	classic     *document.Object
	prefix      string // of the endpoints
	refused     *bool  // set if the rules refuse a region; may be nil
}

// An endpointRefusal is the error of the rules for an endpoint that does not exist.
type endpointRefusal string

func (e endpointRefusal) Error() string { return string(e) }

// evaluate returns the URL and the region of signatures for the parameters. If signingRegion is
// "", the region of signatures is the region in the parameters.
func (r rules) evaluate(parameters map[string]any) (url, signingRegion string, err error) {
	scope := make(map[string]any)
	for name, v := range object(r.root, "parameters").All() {
		p, _ := v.(*document.Object)
		if d, ok := p.Get("default"); ok {
			scope[name] = d
		}
	}
	for name, v := range parameters {
		if _, ok := object(r.root, "parameters").Get(name); ok {
			scope[name] = v
		}
	}
	list, _ := r.root.Get("rules")
	leaf, scope, err := r.choose(list, scope)
	switch {
	case err != nil:
		return "", "", err
	case leaf == nil:
		return "", "", endpointRefusal("no rule applies")
	case text(leaf, "type") == "error":
		v, _ := leaf.Get("error")
		message, err := r.value(v, scope)
		if err == nil {
			err = endpointRefusal(fmt.Sprint(message))
		}
		return "", "", err
	}
	end := object(leaf, "endpoint")
	v, _ := end.Get("url")
	u, err := r.value(v, scope)
	if err != nil {
		return "", "", err
	}
	schemes, _ := object(end, "properties").Get("authSchemes")
	for _, scheme := range objects(schemes) {
		if text(scheme, "name") != "sigv4" {
			continue
		}
		if name := text(scheme, "signingName"); name != "" && name != r.signingName {
			return "", "", endpointReason
		}
		if v, ok := scheme.Get("signingRegion"); ok {
			region, err := r.value(v, scope)
			return fmt.Sprint(u), fmt.Sprint(region), err
		}
		return fmt.Sprint(u), "", nil
	}
	if len(objects(schemes)) > 0 {
		return "", "", authReason
	}
	return fmt.Sprint(u), "", nil
}

// choose follows the first rule whose conditions are true to its leaf. It returns the leaf and
// the variables that the conditions have set.
func (r rules) choose(list any, scope map[string]any) (*document.Object, map[string]any, error) {
	all, _ := list.([]any)
	for _, v := range all {
		rule, _ := v.(*document.Object)
		inner := maps.Clone(scope)
		ok, err := r.holds(rule, inner)
		if err != nil {
			return nil, nil, err
		}
		if !ok {
			continue
		}
		if text(rule, "type") != "tree" {
			return rule, inner, nil
		}
		sub, _ := rule.Get("rules")
		return r.choose(sub, inner)
	}
	return nil, nil, nil
}

func (r rules) holds(rule *document.Object, scope map[string]any) (bool, error) {
	v, _ := rule.Get("conditions")
	conditions, _ := v.([]any)
	for _, c := range conditions {
		call, _ := c.(*document.Object)
		result, err := r.call(call, scope)
		if err != nil {
			return false, err
		}
		if result == nil || result == false {
			return false, nil
		}
		if name := text(call, "assign"); name != "" {
			scope[name] = result
		}
	}
	return true, nil
}

// placeholder matches a variable in a string, or an attribute of a variable.
var placeholder = regexp.MustCompile(`\{(\w+)(?:#(\w+))?\}`)

func (r rules) value(v any, scope map[string]any) (any, error) {
	switch v := v.(type) {
	case *document.Object:
		if ref := text(v, "ref"); ref != "" {
			return scope[ref], nil
		}
		return r.call(v, scope)
	case string:
		return placeholder.ReplaceAllStringFunc(v, func(s string) string {
			m := placeholder.FindStringSubmatch(s)
			if o, ok := scope[m[1]].(*document.Object); ok {
				return text(o, m[2])
			}
			return fmt.Sprint(scope[m[1]])
		}), nil
	}
	return v, nil
}

func (r rules) call(call *document.Object, scope map[string]any) (any, error) {
	list, _ := call.Get("argv")
	argv, _ := list.([]any)
	args := make([]any, 2)
	for i, a := range argv {
		v, err := r.value(a, scope)
		if err != nil {
			return nil, err
		}
		if i < len(args) {
			args[i] = v
		}
	}
	switch fn := text(call, "fn"); fn {
	case "isSet":
		return args[0] != nil, nil
	case "not":
		return args[0] == nil || args[0] == false, nil
	case "booleanEquals", "stringEquals":
		return args[0] == args[1], nil
	case "getAttr":
		o, _ := args[0].(*document.Object)
		v, _ := o.Get(fmt.Sprint(args[1]))
		return v, nil
	case "aws.partition":
		return r.partition(fmt.Sprint(args[0])), nil
	case "isValidHostLabel":
		return !strings.ContainsAny(fmt.Sprint(args[0]), "./"), nil
	default:
		return nil, fmt.Errorf("rules call %s", fn)
	}
}

// partition returns the data of the region's partition. If no partition matches, it returns the
// first partition.
func (r rules) partition(region string) *document.Object {
	for _, p := range r.partitions {
		if _, ok := object(p, "regions").Get(region); ok {
			return partitionResult(p)
		}
	}
	for _, p := range r.partitions {
		if ok, err := regexp.MatchString(text(p, "regionRegex"), region); ok && err == nil {
			return partitionResult(p)
		}
	}
	return partitionResult(r.partitions[0])
}

func partitionResult(p *document.Object) *document.Object {
	result := new(document.Object)
	for name, v := range object(p, "outputs").All() {
		result.Set(name, v)
	}
	result.Set("name", text(p, "id"))
	return result
}
