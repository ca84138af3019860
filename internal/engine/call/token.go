// Tokens for the next page: the service's values, and the AWS CLI's --starting-token, which
// contains these values.

package call

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/pytext"
)

// A token selects the next page. It has the values of the paginator's input members, in order.
type token []tokenPart

type tokenPart struct {
	name  string
	value any // nil means the first page
}

// truncated is the member of an encoded token with the number of items of the page that have been
// returned. The format is the AWS CLI's, so that both programs can use the tokens.
const truncated = "boto_truncate_amount"

// whole means that no item of the page has been returned.
const whole = -1

// encode returns the token for the user. skip is the number of items of the page that have been
// returned, or whole.
func (t token) encode(skip int) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, part := range t {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(pytext.JSON(part.name) + ": " + pytext.JSON(part.value))
	}
	if skip != whole {
		b.WriteString(", " + pytext.JSON(truncated) + ": " + strconv.Itoa(skip))
	}
	b.WriteByte('}')
	return base64.StdEncoding.EncodeToString([]byte(b.String()))
}

// readToken reads an encoded token, or a token of the service.
func readToken(names []string, s string) (t token, skip int, err error) {
	for _, name := range names {
		t = append(t, tokenPart{name, nil})
	}
	if o, ok := decodeToken(s); ok {
		for name, v := range o.All() {
			n, isNumber := v.(int64)
			switch i := t.index(name); {
			case i >= 0 && isToken(v):
				t[i].value = v
			case name == truncated && isNumber && n >= 0:
				skip = int(min(n, 1<<31))
			default:
				return nil, 0, badToken(s)
			}
		}
		return t, skip, nil
	}
	// Old versions of the AWS CLI joined the values by three underscores. The number of items
	// could follow at the end.
	parts := strings.Split(s, "___")
	if len(parts) == len(names)+1 {
		if skip, err = strconv.Atoi(parts[len(names)]); err != nil || skip < 0 {
			return nil, 0, badToken(s)
		}
		parts = parts[:len(names)]
	}
	if len(parts) != len(names) {
		return nil, 0, badToken(s)
	}
	for i, part := range parts {
		if part != "None" {
			t[i].value = part
		}
	}
	return t, skip, nil
}

func decodeToken(s string) (*document.Object, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return nil, false
	}
	v, err := parseJSON(b)
	if err != nil {
		return nil, false
	}
	o, ok := v.(*document.Object)
	return o, ok
}

// isToken reports whether v can be part of a token. A token of DynamoDB is an object.
func isToken(v any) bool {
	_, isList := v.([]any)
	return !isList
}

func badToken(s string) error { return fmt.Errorf("Bad starting token: %s", s) }

func (t token) index(name string) int {
	for i, part := range t {
		if part.name == name {
			return i
		}
	}
	return -1
}

func (t token) equal(u token) bool {
	if len(t) != len(u) {
		return false
	}
	for i := range t {
		if t[i].name != u[i].name || pytext.JSON(t[i].value) != pytext.JSON(u[i].value) {
			return false
		}
	}
	return true
}

// python returns the token as Python prints it, for a message of the AWS CLI.
func (t token) python() string {
	var parts []string
	for _, part := range t {
		value := "None"
		if part.value != nil {
			value = fmt.Sprintf("'%v'", part.value)
		}
		parts = append(parts, fmt.Sprintf("'%s': %s", part.name, value))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
