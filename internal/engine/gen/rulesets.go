// The endpoint rules of services whose endpoints depend on more than the region. The tables contain
// these rules.

package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
)

// ruleText returns the rules of a model in the format that package rules reads.
func ruleText(root *document.Object) string {
	defaults := new(document.Object)
	for name := range object(root, "parameters").All() {
		d, _ := object(object(root, "parameters"), name).Get("default")
		defaults.Set(name, d)
	}
	var b strings.Builder
	b.Write(append(pytext.AppendJSON(nil, defaults), '\n'))
	list, _ := root.Get("rules")
	addRules(&b, list, "")
	return b.String()
}

func addRules(b *strings.Builder, list any, indent string) {
	for _, rule := range objects(list) {
		short := new(document.Object)
		for _, name := range []string{"conditions", "endpoint", "error"} {
			if v, ok := rule.Get(name); ok {
				short.Set(name, v)
			}
		}
		b.WriteString(indent)
		b.Write(append(pytext.AppendJSON(nil, short), '\n'))
		below, _ := rule.Get("rules")
		addRules(b, below, indent+"\t")
	}
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
		if strings.Contains(w.rules, `"ref":"`+name+`"`) {
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
			return "", "", endpointReason
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
	return "rules\tendpoints\n\t" + strings.ReplaceAll(strings.TrimSuffix(t.rules, "\n"), "\n", "\n\t") + "\n"
}
