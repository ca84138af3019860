// Host prefixes: some operations have a host name of their own, such as "api." before the host name of
// the service.

package call

import (
	"net/url"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// withPrefix returns the target with the operation's host prefix. Like the AWS CLI, it also adds the
// prefix to a custom endpoint.
func (t target) withPrefix(op *model.Operation, input *document.Object) (target, error) {
	if op.HostPrefix == "" {
		return t, nil
	}
	prefix, bad := op.HostPrefix, []string(nil)
	if op.Input != nil {
		for _, m := range op.Input.Shape.Members {
			if !strings.Contains(prefix, "{"+m.Name+"}") {
				continue
			}
			v, _ := input.Get(m.Name)
			label, _ := v.(string)
			if !hostCharacters(label) {
				bad = append(bad, m.Name)
			}
			prefix = strings.ReplaceAll(prefix, "{"+m.Name+"}", label)
		}
	}
	if bad != nil {
		return t, &InputError{op.Name, "Invalid value for parameter(s): " + strings.Join(bad, ", ") +
			". Must contain only alphanumeric characters, hyphen, or period."}
	}
	u, err := url.Parse(t.base)
	if err != nil {
		return t, err
	}
	u.Host = prefix + u.Host
	t.base = u.String()
	return t, nil
}

// hostCharacters reports whether a text has only the characters that the AWS CLI allows in a host
// prefix.
func hostCharacters(s string) bool {
	for _, c := range s {
		if c != '-' && c != '.' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return s != ""
}
