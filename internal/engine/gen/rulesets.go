// The endpoint rules of services whose endpoints depend on more than the region. The tables contain
// these rules.

package main

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
)

// ruleText returns the rules of a model in the format that package rules reads.
func ruleText(root *document.Object) (string, error) {
	defaults := new(document.Object)
	for name := range object(root, "parameters").All() {
		d, _ := object(object(root, "parameters"), name).Get("default")
		defaults.Set(name, d)
	}
	var b strings.Builder
	b.WriteString("\t" + string(pytext.AppendJSON(nil, defaults)) + "\n")
	list, _ := root.Get("rules")
	err := addRules(&b, list, "\t")
	return b.String(), err
}

func addRules(b *strings.Builder, list any, indent string) error {
	for _, rule := range objects(list) {
		var parts []string
		conditions, _ := rule.Get("conditions")
		for _, c := range objects(conditions) {
			part, err := expression(c)
			if err != nil {
				return err
			}
			if name := text(c, "assign"); name != "" {
				part = name + "=" + part
			}
			parts = append(parts, part)
		}
		for _, name := range []string{"endpoint", "error"} {
			if v, ok := rule.Get(name); ok {
				end, err := templates(v)
				if err != nil {
					return err
				}
				parts = append(parts, string(pytext.AppendJSON(nil, end)))
			}
		}
		b.WriteString(indent + strings.Join(parts, " ") + "\n")
		below, _ := rule.Get("rules")
		if err := addRules(b, below, indent+"\t"); err != nil {
			return err
		}
	}
	return nil
}

// expression returns a call, a variable or a value as text.
func expression(v any) (string, error) {
	switch v := v.(type) {
	case *document.Object:
		if name := text(v, "ref"); name != "" {
			return name, nil
		}
		list, _ := v.Get("argv")
		argv, _ := list.([]any)
		var args []string
		for _, a := range argv {
			part, err := expression(a)
			if err != nil {
				return "", err
			}
			args = append(args, part)
		}
		if text(v, "fn") == "" || len(args) == 0 {
			return "", fmt.Errorf("endpoint rule %s: neither a variable nor a call", pytext.JSON(v))
		}
		return text(v, "fn") + "(" + strings.Join(args, ",") + ")", nil
	case string:
		return strconv.Quote(v), nil
	case bool, int64:
		return fmt.Sprint(v), nil
	}
	return "", fmt.Errorf("endpoint rule: unknown value %v", v)
}

// templates replaces the variables in a value by texts with placeholders.
func templates(v any) (any, error) {
	switch v := v.(type) {
	case *document.Object:
		if name := text(v, "ref"); name != "" {
			return "{" + name + "}", nil
		}
		if has(v, "fn") {
			return nil, fmt.Errorf("endpoint rule: the call %s in an endpoint or an error", text(v, "fn"))
		}
		made := new(document.Object)
		for name, m := range v.All() {
			part, err := templates(m)
			if err != nil {
				return nil, err
			}
			made.Set(name, part)
		}
		return made, nil
	case []any:
		made := make([]any, len(v))
		for i, e := range v {
			part, err := templates(e)
			if err != nil {
				return nil, err
			}
			made[i] = part
		}
		return made, nil
	}
	return v, nil
}

// regionOnly reports whether the endpoints of a service depend only on the region, FIPS and dual-stack.
// It returns a reason if the rules have a parameter from settings that the client does not know.
func regionOnly(parameters *document.Object) (bool, error) {
	only := true
	for name := range parameters.All() {
		switch builtIn := text(object(parameters, name), "builtIn"); builtIn {
		case "AWS::Region", "AWS::UseFIPS", "AWS::UseDualStack", "SDK::Endpoint":
		case "AWS::STS::UseGlobalEndpoint": // the AWS CLI 2 does not use STS's global endpoint
		case "", "AWS::Auth::AccountId", "AWS::Auth::AccountIdEndpointMode", "AWS::S3Control::UseArnRegion",
			"AWS::S3::ForcePathStyle", "AWS::S3::Accelerate", "AWS::S3::UseGlobalEndpoint", "AWS::S3::DisableMultiRegionAccessPoints",
			"AWS::S3::UseArnRegion":
			only = false
		default:
			return false, endpointReason
		}
	}
	return only, nil
}

// parameterLines returns the lines with the parameters of endpoint rules that an operation sets.
// Only services with rules have such lines.
func (w *writer) parameterLines(op *document.Object) string {
	var b strings.Builder
	add := func(name, source string) {
		if regexp.MustCompile(`\b` + name + `\b`).MatchString(w.rules[strings.IndexByte(w.rules+"\n", '\n'):]) {
			b.WriteString(row("", "parameter", name, source))
		}
	}
	static := object(op, "staticContextParams")
	for name := range static.All() {
		v, _ := object(static, name).Get("value")
		add(name, "value="+string(pytext.AppendJSON(nil, v)))
	}
	members := object(object(w.model.shapes, text(object(op, "input"), "shape")), "members")
	for name := range members.All() {
		if p := text(object(object(members, name), "contextParam"), "name"); p != "" {
			add(p, "member="+name)
		}
	}
	dynamic := object(op, "operationContextParams")
	for name := range dynamic.All() {
		add(name, "path="+text(object(dynamic, name), "path"))
	}
	return b.String()
}

// hostPrefix returns the host prefix of an operation. The rules of S3 Control add the account themselves.
func (w *writer) hostPrefix(op *document.Object) string {
	prefix := text(object(op, "endpoint"), "hostPrefix")
	if needsAccount, _ := object(object(op, "staticContextParams"), "RequiresAccountId").Get("value"); prefix == "{AccountId}." && needsAccount == true {
		return ""
	}
	return prefix
}

// resolve returns the URL and the region of signatures for the parameters. If signingRegion is
// "", the region of signatures is the region in the parameters.
func (r regional) resolve(parameters map[string]any) (url, signingRegion string, err error) {
	found, err := r.set.Resolve(parameters, r.partition)
	if err != nil {
		return "", "", err
	}
	for _, scheme := range found.Schemes {
		if scheme.Name != "sigv4" {
			continue
		}
		if scheme.SigningName != "" && scheme.SigningName != r.signingName {
			return "", "", authReason
		}
		return found.URL, scheme.SigningRegion, nil
	}
	if len(found.Schemes) > 0 {
		return "", "", authReason
	}
	return found.URL, "", nil
}

// isRefusal reports whether the rules have no endpoint.
func isRefusal(err error) bool { return errors.As(err, new(rules.Refusal)) }

// newRegional returns the endpoints of a service by its rules.
func (a *addressBook) newRegional(text, signingName, prefix string) (regional, error) {
	set, err := rules.Parse(text)
	if err != nil {
		return regional{}, fmt.Errorf("prefix %s: %w", prefix, err)
	}
	return regional{set: set, partitions: a.partitions, signingName: signingName, classic: a.classic, prefix: prefix}, nil
}

// ruleLines returns the lines of the table with the endpoint rules, or "".
func (t *table) ruleLines() string {
	if t.rules == "" {
		return ""
	}
	return "rules\tendpoints\n" + t.rules
}
